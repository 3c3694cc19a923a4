import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { load } from './tools';

/** A step that writes one file, and counts how often it ran; its stamp is removed again by `forget`. */
async function sampleStep(name: string) {
  const { paths } = await load('setup/paths.mjs');
  const product = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'steps-')), 'product');
  const step = {
    name: `sample-${name}-${process.pid}`,
    title: `Sample ${name}`,
    input: 'one',
    fails: false,
    runs: 0,
    interrupted: [] as boolean[],
    key: () => step.input,
    products: () => [product],
    async run(context: { interrupted: boolean }) {
      step.runs += 1;
      step.interrupted.push(context.interrupted);
      if (step.fails) throw new Error('on purpose');
      fs.writeFileSync(product, step.input);
    },
  };
  const forget = () => fs.rmSync(path.join(paths.state, `${step.name}.json`), { force: true });
  return { step, product, forget };
}

/** Runs steps and returns how many had work to do. */
async function runAll(...steps: object[]): Promise<number> {
  const { runSteps } = await load('setup/runner.mjs');
  return runSteps(steps, { env: process.env });
}

test('steps: run once, and again when an input changed or a product is gone', async () => {
  const { step, product, forget } = await sampleStep('changes');
  assert.is(await runAll(step), 1);
  assert.is(await runAll(step), 0);
  step.input = 'two';
  assert.is(await runAll(step), 1);
  fs.rmSync(product);
  assert.is(await runAll(step), 1);
  assert.is(await runAll(step), 0);
  assert.is(step.runs, 3);
  forget();
});

test('steps: one that failed runs again and knows that it was cut short', async () => {
  const { step, forget } = await sampleStep('failure');
  await runAll(step);
  step.input = 'two';
  step.fails = true;
  await runAll(step).then(
    () => assert.unreachable('the failure was lost'),
    (error) => assert.match(error.message, 'on purpose'),
  );
  step.fails = false;
  assert.is(await runAll(step), 1);
  assert.equal(step.interrupted, [true, false, true]);
  forget();
});

test('lock: a live owner is waited for, a dead one is not', async () => {
  const { acquireLock } = await load('setup/lock.mjs');
  const { identity } = await load('setup/processes.mjs');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lock-'));
  const lock = path.join(folder, 'lock.json');
  const child = path.join(folder, 'child.json');
  const said: string[] = [];
  const owner = spawn('sleep', ['1.2']);
  fs.writeFileSync(lock, JSON.stringify(identity(owner.pid)));
  const began = Date.now();
  const release = await acquireLock((line: string) => said.push(line), lock, child);
  assert.ok(Date.now() - began > 900);
  assert.is(said.length, 1);
  assert.match(said[0], `process ${owner.pid}`);
  release();
  assert.not(fs.existsSync(lock));
});

test('lock: the number of a dead owner that another process has now does not count, and its command is ended', async () => {
  const { acquireLock } = await load('setup/lock.mjs');
  const { identity, isAlive } = await load('setup/processes.mjs');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lock-'));
  const lock = path.join(folder, 'lock.json');
  const child = path.join(folder, 'child.json');
  const orphan = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const who = identity(orphan.pid);
  fs.writeFileSync(lock, JSON.stringify({ pid: process.pid, start: 'another time' }));
  fs.writeFileSync(child, JSON.stringify(who));
  const release = await acquireLock(() => {}, lock, child);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.not(isAlive(who));
  release();
});

test.run();

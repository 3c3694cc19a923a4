import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { type ExperimentConfig, makeConfig } from '../../lib/experiments/config';
import type { FailedRun } from '../../lib/experiments/failures';
import { type RunOptions, runExperiment } from '../../lib/experiments/run';
import { openStore, type ResultStore, readStore } from '../../lib/experiments/store';
import type { ResultLine } from '../../lib/experiments/types';
import { average } from '../../lib/federated/rules/average';
import { randomDataset, tinySizes } from '../federated/fixtures';

const tiny: ExperimentConfig = makeConfig([
  { methods: ['fedavg', 'local'], seeds: [1, 2], rounds: 3, localWork: { steps: 2 }, batch: 32, model: tinySizes },
]);
const dataset = randomDataset();

const folder = () => mkdtempSync(join(tmpdir(), 'pf-run-'));
const open = (path: string) => openStore(path, { ...tiny });

async function finish(options: RunOptions, config = tiny): Promise<ResultLine[]> {
  const rounds = runExperiment(config, dataset, options);
  for (;;) {
    const { done, value } = await rounds.next();
    if (done) return value;
  }
}

const comparable = (store: ResultStore) => ({
  results: store.read().results.map((line) => ({ ...line, seconds: 0 })),
  rounds: store.read().rounds.map((record) => ({ ...record, seconds: 0 })),
});

test('every method and seed leaves its rounds and its lines', async () => {
  const path = folder();
  const store = open(path);
  const lines = await finish({ store });
  // 2 methods × 2 seeds × 2 scenarios × 2 tasks × (validation, test) × (common, per-client)
  assert.is(lines.length, 64);
  assert.is(store.read().rounds.length, 12);
  assert.equal([...new Set(lines.map(({ method }) => method))].sort(), ['fedavg', 'local']);
  assert.ok(lines.every(({ auc, bytes, method }) => auc !== null && (method === 'local' ? bytes === 0 : bytes > 0)));
  assert.not.ok(existsSync(store.path('checkpoint-fedavg-1.safetensors')));
  store.close();
  rmSync(path, { recursive: true });
});

test('an experiment stopped in the middle goes on to the same numbers', async () => {
  const [whole, interrupted] = [folder(), folder()];
  const first = open(whole);
  await finish({ store: first });

  let asked = 0;
  const stopped = open(interrupted);
  await finish({ store: stopped, shouldStop: () => ++asked === 5 }); // in the second round of the second run
  assert.ok(existsSync(stopped.path('checkpoint-local-1.safetensors')));
  assert.is(stopped.read().rounds.length, 5);
  stopped.close();

  const resumed = open(interrupted);
  await finish({ store: resumed });
  assert.equal(comparable(resumed), comparable(first));
  first.close();
  resumed.close();
  rmSync(whole, { recursive: true });
  rmSync(interrupted, { recursive: true });
});

test('rounds after the last checkpoint of a killed process are run again', async () => {
  const path = folder();
  const store = open(path);
  const rounds = runExperiment(tiny, dataset, { store });
  await rounds.next();
  await rounds.next(); // the process would die here: two rounds written, no checkpoint yet
  await rounds.return([]);
  store.close();
  const resumed = open(path);
  await finish({ store: resumed });
  assert.is(resumed.read().rounds.length, 12);
  resumed.close();
  assert.is(readStore(path).results.length, 64);
  rmSync(path, { recursive: true });
});

test("a method of one's own runs beside the others", async () => {
  const mine = {
    name: 'mine',
    about: 'Only towers are averaged.',
    groups: { tower: average('equal') },
    otherwise: null,
  };
  const lines = await finish({ plans: { mine } }, { ...tiny, methods: ['mine', 'local'], seeds: [1] });
  assert.equal([...new Set(lines.map(({ method }) => method))], ['mine', 'local']);
  assert.ok(lines[0].bytes > 0);
});

test('a method that fails is recorded, and the others go on; without somebody to tell it is an error', async () => {
  const bad = {
    name: 'bad',
    about: 'Its rule throws.',
    groups: {
      tower: {
        ...average('equal'),
        apply: () => {
          throw new Error('it does not work');
        },
      },
    },
    otherwise: null,
  };
  const path = folder();
  const store = openStore(path, { ...tiny, methods: ['bad', 'local'] });
  const told: FailedRun[] = [];
  const options = { store, plans: { bad }, onFailure: (failure: FailedRun) => told.push(failure) };
  const config = { ...tiny, methods: ['bad', 'local'], seeds: [1] };
  const lines = await finish(options, config);
  assert.equal([...new Set(lines.map(({ method }) => method))], ['local']);
  assert.equal(told, [{ method: 'bad', seed: 1, message: 'it does not work' }]);
  const [failure] = readStore(path).failures ?? [];
  assert.equal({ ...failure, time: '' }, { ...told[0], attempt: 1, time: '' });
  await finish({ store, plans: { bad } }, config).then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'it does not work'),
  );
  store.close();
  rmSync(path, { recursive: true });
});

test('no tensor is left behind, even when a run is left in the middle', async () => {
  await finish({});
  const before = liveTensors();
  const rounds = runExperiment(tiny, dataset);
  await rounds.next();
  await rounds.return([]);
  await finish({});
  assert.is(liveTensors(), before);
});

test.run();

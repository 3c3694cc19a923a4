import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { adamDefaults } from '../../lib/backend/operations/adam';
import { tf } from '../../lib/backend/tensorflow';
import { restoreCheckpoint, saveCheckpoint } from '../../lib/federated/checkpoint';
import { createFederation, type Federation } from '../../lib/federated/federation';
import { methods } from '../../lib/federated/methods';
import { planDefaults } from '../../lib/federated/plan';
import { mmoe } from '../../lib/models/mmoe';
import { constantSplit, datasetOf, oneParameter, randomDataset, tinySizes, valuesOf } from './fixtures';

const opposed = datasetOf({ up: constantSplit(30, 1, 1), down: constantSplit(10, 1, 0) }, ['click']);

function oneParameterFederation(method: string): Federation {
  return createFederation({
    dataset: opposed,
    plan: methods[method](planDefaults),
    model: oneParameter,
    seed: 1,
    batch: 8,
    localWork: { steps: 1 },
    optimizer: { ...adamDefaults, learningRate: 0.1, weightDecay: 0 },
  });
}

const tinyFederation = (method: string, seed = 1, participation = 1) =>
  createFederation({
    dataset: randomDataset(),
    plan: methods[method](planDefaults),
    model: (shape, template) => mmoe(shape, tinySizes, template),
    seed,
    batch: 32,
    participation,
    localWork: { steps: 3 },
  });

const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} against ${b}`);

test('one parameter, one step: Adam moves by the learning rate, FedAvg weighs by rows', async () => {
  const local = oneParameterFederation('local');
  const record = await local.round();
  // Both start at logit 0, so the loss is ln 2; Adam's first step is the learning rate whatever the gradient.
  record.clients.forEach(({ loss }) => {
    close(loss, Math.log(2));
  });
  close(valuesOf(local)[0].w[0], 0.1);
  close(valuesOf(local)[1].w[0], -0.1);
  assert.equal(record.bytes, { up: 0, down: 0 });

  const fedavg = oneParameterFederation('fedavg');
  const averaged = await fedavg.round();
  valuesOf(fedavg).forEach(({ w }) => {
    close(w[0], (0.1 * 30 - 0.1 * 10) / 40);
  });
  assert.equal(averaged.bytes, { up: 8, down: 8 });
  local.dispose();
  fedavg.dispose();
});

test('a scenario of one class has no AUC, with its reason', async () => {
  const federation = oneParameterFederation('local');
  const { validation, macro } = await federation.round();
  assert.equal(
    validation.map(({ auc, reason }) => [auc, reason]),
    [
      [null, 'no negative row'],
      [null, 'no positive row'],
    ],
  );
  assert.equal(macro, { click: null, mean: null });
  federation.dispose();
});

test('each plan shares what it says', async () => {
  const equalGroups = async (method: string) => {
    const federation = tinyFederation(method);
    await federation.round();
    const [a, b] = valuesOf(federation);
    const same = new Map<string, boolean>();
    for (const { name, group } of federation.model.parameters) {
      const equal = a[name].every((value, i) => value === b[name][i]);
      same.set(group, (same.get(group) ?? true) && equal);
    }
    federation.dispose();
    return Object.fromEntries(same);
  };
  const every = { embedding: true, projection: true, gate: true, expert: true, norm: true, tower: true };
  assert.equal(await equalGroups('fedavg'), every);
  assert.equal(await equalGroups('fedbn'), { ...every, norm: false });
  const none = Object.fromEntries(Object.keys(every).map((group) => [group, false]));
  assert.equal(await equalGroups('local'), none);
});

test('traffic equals the size of what is shared', async () => {
  const federation = tinyFederation('fedbn');
  const { bytes } = await federation.round();
  const dense = federation.model.parameters
    .filter(({ group }) => group !== 'norm' && group !== 'embedding')
    .reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 4), 0);
  const touched = federation.clients.map(({ touched }) => touched.embedding);
  const rows = touched.map((flags) => flags.reduce((sum, flag) => sum + flag, 0));
  const any = touched[0].filter((flag, row) => flag || touched[1][row]).length;
  const rowBytes = 4 * tinySizes.embedding + 4;
  assert.equal(bytes, { up: 2 * dense + (rows[0] + rows[1]) * rowBytes, down: 2 * dense + 2 * any * rowBytes });
  federation.dispose();
});

test('a client that sits a round out keeps what is its own and gets what everybody gets', async () => {
  for (const method of ['fedbn', 'pf-msmtrec']) {
    const half = () => tinyFederation(method, 1, 0.5);
    const federation = half();
    const start = valuesOf(federation);
    const record = await federation.round();
    assert.is(record.clients.length, 1);
    const [trained, absent] = record.clients[0].client === 'a' ? [0, 1] : [1, 0];
    const values = valuesOf(federation);
    assert.equal(values[absent]['expert.0.scale'], start[absent]['expert.0.scale']);
    assert.equal(values[absent]['gate.weight'], values[trained]['gate.weight']);
    assert.equal(values[absent].embedding, values[trained].embedding);
    assert.not.equal(values[absent]['gate.weight'], start[absent]['gate.weight']);
    if (method === 'pf-msmtrec') {
      assert.equal(values[absent]['tower.0.weight'], start[absent]['tower.0.weight']);
      assert.not.equal(values[trained]['tower.0.weight'], start[trained]['tower.0.weight']);
    }
    const turns = [record.clients[0].client];
    for await (const { clients } of federation.rounds(5)) turns.push(clients[0].client);
    assert.equal([...new Set(turns)].sort(), ['a', 'b']);
    const again = half();
    const same: string[] = [];
    for await (const { clients } of again.rounds(6)) same.push(clients[0].client);
    assert.equal(same, turns);
    assert.equal(valuesOf(again), valuesOf(federation));
    federation.dispose();
    again.dispose();
  }
});

test('central trains one model on all rows and is judged per scenario', async () => {
  const federation = tinyFederation('central');
  const record = await federation.round();
  assert.equal(
    record.clients.map(({ client, steps }) => [client, steps]),
    [['all', 6]],
  );
  assert.equal([...new Set(record.validation.map(({ scenario }) => scenario))], ['a', 'b']);
  assert.equal(record.bytes, { up: 0, down: 0 });
  federation.dispose();
});

test('one seed gives one result, another seed another', async () => {
  const run = async (seed: number) => {
    const federation = tinyFederation('fedavg', seed);
    for await (const _ of federation.rounds(2));
    const values = valuesOf(federation);
    federation.dispose();
    return values;
  };
  const first = await run(1);
  assert.equal(await run(1), first);
  assert.not.equal(await run(2), first);
});

test('a restored federation goes on number for number', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf-checkpoint-'));
  const file = join(folder, 'state.safetensors');
  const whole = tinyFederation('fedbn');
  for await (const _ of whole.rounds(2));
  saveCheckpoint(whole, file);
  const record = await whole.round();

  const resumed = tinyFederation('fedbn');
  assert.is(restoreCheckpoint(resumed, file), 2);
  const again = await resumed.round();
  assert.equal(valuesOf(resumed), valuesOf(whole));
  assert.equal({ ...again, seconds: null }, { ...record, seconds: null });
  assert.equal(resumed.evaluateChosen('test', 'per-client'), whole.evaluateChosen('test', 'per-client'));
  assert.throws(() => restoreCheckpoint(tinyFederation('local'), file), /another federation/);
  whole.dispose();
  resumed.dispose();
  rmSync(folder, { recursive: true });
});

test('the kept round is the one with the best validation score', async () => {
  const federation = tinyFederation('local');
  const scores: number[] = [];
  for await (const { macro } of federation.rounds(6)) scores.push(macro.mean ?? 0);
  const best = scores.indexOf(Math.max(...scores)) + 1;
  assert.is(federation.evaluateChosen('validation', 'common')[0].round, best);
  federation.dispose();
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Memory of the process after garbage collection, so that only what is held counts. */
function residentMegabytes(): number {
  collectGarbage();
  return process.memoryUsage().rss / 2 ** 20;
}

test('tensors and memory stay flat over 200 rounds, and all tensors are freed', async () => {
  const before = liveTensors();
  const federation = tinyFederation('fedavg');
  for await (const _ of federation.rounds(200)); // until the process has grown to its working size (Node 24 takes longest)
  const [tensors, known, resident] = [liveTensors(), tf.memory().numTensors, residentMegabytes()];
  for await (const _ of federation.rounds(200));
  assert.is(liveTensors(), tensors);
  assert.is(tf.memory().numTensors, known);
  const grown = residentMegabytes() - resident;
  assert.ok(grown < 30, `grew by ${grown.toFixed(0)} MB`);
  federation.dispose();
  assert.is(liveTensors(), before);
});

test('process memory stays flat over ten runs in one process', async () => {
  const once = async () => {
    const federation = tinyFederation('fedavg');
    for await (const _ of federation.rounds(10));
    federation.dispose();
    return residentMegabytes();
  };
  for (let i = 0; i < 3; i++) await once();
  const settled = await once();
  let last = settled;
  for (let i = 0; i < 10; i++) last = await once();
  assert.ok(last - settled < 30, `grew from ${settled.toFixed(0)} to ${last.toFixed(0)} MB`);
});

test.run();

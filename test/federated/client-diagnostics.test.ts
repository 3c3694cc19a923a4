import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { adamDefaults } from '../../lib/backend/operations/adam';
import { type Tensor2D, tf } from '../../lib/backend/tensorflow';
import { batcher } from '../../lib/data/batch';
import { readValues } from '../../lib/federated/client';
import { GATE_ROWS, gateWeights } from '../../lib/federated/diagnostics/gates';
import { groupNorms } from '../../lib/federated/diagnostics/norms';
import type { DiagnosticsLevel } from '../../lib/federated/diagnostics/types';
import { disposeValues } from '../../lib/federated/evaluate';
import { createFederation, type Federation } from '../../lib/federated/federation';
import { methods } from '../../lib/federated/methods';
import { planDefaults } from '../../lib/federated/plan';
import { mmoe } from '../../lib/models/mmoe';
import type { Model } from '../../lib/models/model';
import type { Parameter } from '../../lib/models/parameter';
import { constantSplit, datasetOf, numbersOf, oneParameter, randomDataset, tinySizes } from './fixtures';

const near = (actual: number, wanted: number, what = '', tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - wanted) < tolerance, `${what} ${actual} against ${wanted}`);

const parameter = (name: string, group: string, shape: number[], trainable = true): Parameter => ({
  ...{ name, group, shape, trainable },
  initial: { value: 0 },
});

test('norms by hand: a group is one vector, and running statistics do not count', () => {
  const parameters = [
    parameter('a', 'g', [2]),
    parameter('b', 'g', [1, 1]),
    parameter('c', 'h', [1]),
    parameter('d', 'h', [1], false),
  ];
  const before = { a: tf.tensor1d([2, 1]), b: tf.tensor2d([[2]]), c: tf.tensor1d([5]), d: tf.tensor1d([7]) };
  const after = { a: tf.tensor1d([2, 4]), b: tf.tensor2d([[-2]]), c: tf.tensor1d([5]), d: tf.tensor1d([8]) };
  const { g, h } = groupNorms(parameters, before, after);
  near(g.value, Math.sqrt(4 + 16 + 4), '‖(2, 4, −2)‖');
  near(g.movement, 5, '‖(0, 3, −4)‖');
  assert.equal(h, { value: 5, movement: 0 });
  assert.equal(groupNorms([], {}, {}), {});
});

test('norms are right to float32 for a million numbers', () => {
  const ones = tf.ones([1000, 1000]);
  const { g } = groupNorms([parameter('a', 'g', [1000, 1000])], { a: tf.zeros([1000, 1000]) }, { a: ones });
  near(g.value, 1000, 'value', 1e-3);
  near(g.movement, 1000, 'movement', 1e-3);
});

/** A model whose gates see one number x: logits (x, 0) for the first task, (0, 0) for the second. */
const gated: Model = {
  name: 'gated',
  parameters: [],
  forward: (_, { numbers }) => numbers,
  gates: (_, { numbers }) => tf.softmax(tf.mul(numbers.expandDims(2), tf.tensor3d([1, 0, 0, 0], [1, 2, 2]))),
};

test('gates by hand: means over rows, the entropy of the means and the mean entropy', () => {
  const number = Math.log(3); // weights (3/4, 1/4) and (1/4, 3/4) by turns
  const split = { rows: 4, ids: [], numbers: [Float32Array.of(number, -number, number, -number)], labels: [] };
  const { click, buy } = gateWeights(gated, {}, split, ['click', 'buy'], batcher([]))!;
  near(click.weights[0], 0.5, 'mean weight');
  near(click.weights[1], 0.5, 'mean weight');
  near(click.entropy, Math.LN2, 'entropy of the means');
  near(click.rowEntropy, 0.75 * Math.log(4 / 3) + 0.25 * Math.log(4), 'mean entropy');
  near(buy.entropy, Math.LN2, 'a gate that does not look');
  near(buy.rowEntropy, Math.LN2, 'a gate that does not look');
});

test('rows are a fixed even sample; no gates, no rows: no report', () => {
  const rows = 3 * GATE_ROWS;
  // Every third row stands out; the sample consists of these alone.
  const split = {
    rows,
    ids: [],
    numbers: [Float32Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? Math.log(3) : 50))],
    labels: [],
  };
  const { click } = gateWeights(gated, {}, split, ['click', 'buy'], batcher([]))!;
  near(click.weights[0], 0.75);
  const { gates: _, ...without } = gated;
  assert.is(gateWeights(without, {}, split, ['click', 'buy'], batcher([])), undefined);
  assert.is(gateWeights(gated, {}, { ...split, rows: 0 }, ['click', 'buy'], batcher([])), undefined);
});

test('one parameter, one step: Adam moves by the learning rate, before anything is averaged', async () => {
  const federation = createFederation({
    dataset: datasetOf({ up: constantSplit(30, 1, 1), down: constantSplit(10, 1, 0) }, ['click']),
    plan: methods.fedavg(planDefaults),
    model: oneParameter,
    seed: 1,
    batch: 8,
    localWork: { steps: 1 },
    optimizer: { ...adamDefaults, learningRate: 0.1, weightDecay: 0 },
  });
  const first = (await federation.round()).clientDiagnostics!;
  assert.equal(
    first.map(({ client }) => client),
    ['up', 'down'],
  );
  for (const { norms, gates } of first) {
    near(norms!.weight.value, 0.1, 'value');
    near(norms!.weight.movement, 0.1, 'movement');
    assert.is(gates, undefined);
  }
  // Both go on from the mean, .05.
  const [up, down] = (await federation.round()).clientDiagnostics!;
  near(up.norms!.weight.value, 0.05 + up.norms!.weight.movement, 'up');
  near(down.norms!.weight.value, down.norms!.weight.movement - 0.05, 'down, through 0');
  federation.dispose();
});

const tiny = (diagnostics?: DiagnosticsLevel, method = 'pf-msmtrec', participation = 1) =>
  createFederation({
    dataset: randomDataset(),
    plan: methods[method](planDefaults),
    model: (shape, template) => mmoe(shape, tinySizes, template),
    seed: 1,
    batch: 32,
    participation,
    localWork: { steps: 3 },
    ...(diagnostics && { diagnostics }),
  });

test("mmoe's gates are the softmax of a linear map of the input, and sum to 1", () => {
  const federation = tiny();
  const [client] = federation.clients;
  const [{ validation }] = client.data.scenarios;
  const bias = tf.tensor2d([
    [Math.log(3), 0],
    [0, 0],
  ]);
  const values = readValues(client);
  const still = { ...values, 'gate.weight': tf.zerosLike(values['gate.weight']), 'gate.bias': bias };
  const { click, buy } = gateWeights(client.model, still, validation, ['click', 'buy'], batcher([45, 45]))!;
  near(click.weights[0], 0.75, 'click');
  near(buy.weights[0], 0.5, 'buy');
  const own = gateWeights(client.model, values, validation, ['click', 'buy'], batcher([45, 45]))!;
  for (const { weights, entropy, rowEntropy } of Object.values(own)) {
    assert.is(weights.length, tinySizes.experts);
    near(
      weights.reduce((sum, weight) => sum + weight, 0),
      1,
    );
    assert.ok(rowEntropy > 0 && rowEntropy <= entropy + 1e-9 && entropy <= Math.log(tinySizes.experts) + 1e-9);
  }
  assert.not.equal(own.click.weights, click.weights);
  tf.dispose([still['gate.weight'], bias]);
  disposeValues(values);
  federation.dispose();
});

test('every group of every client is measured, whatever the plan shares', async () => {
  for (const method of ['local', 'pf-msmtrec']) {
    const federation = tiny('full', method);
    const { clientDiagnostics, seconds } = await federation.round();
    const groups = [...new Set(federation.model.parameters.map(({ group }) => group))];
    for (const { norms, gates } of clientDiagnostics!) {
      assert.equal(Object.keys(norms!), groups);
      for (const { value, movement } of Object.values(norms!)) assert.ok(value > 0 && movement > 0);
      assert.equal(Object.keys(gates![0].tasks), ['click', 'buy']);
    }
    assert.ok(seconds.diagnostics! > 0);
    federation.dispose();
  }
});

test('a client that sat the round out has gates and no norms; a pooled one has gates by scenario', async () => {
  const half = tiny('full', 'fedbn', 0.5);
  const { clients, clientDiagnostics } = await half.round();
  for (const { client, norms, gates } of clientDiagnostics!) {
    assert.is(norms !== undefined, client === clients[0].client);
    assert.is(gates!.length, 1);
  }
  half.dispose();
  const pooled = tiny('full', 'central');
  const [all] = (await pooled.round()).clientDiagnostics!;
  assert.equal(
    all.gates!.map(({ scenario }) => scenario),
    ['a', 'b'],
  );
  pooled.dispose();
});

const allValues = ({ clients }: Federation) =>
  clients.map((client) => {
    const values = readValues(client);
    const numbers = Object.values(values).map((tensor) => numbersOf(tensor as Tensor2D));
    disposeValues(values);
    return numbers;
  });

test('levels: what is recorded depends on them, no number of training does, and one seed gives one record', async () => {
  const run = async (level?: DiagnosticsLevel) => {
    const federation = tiny(level);
    const records = [];
    for await (const { seconds: _, ...record } of federation.rounds(3)) records.push(record);
    const values = allValues(federation);
    federation.dispose();
    return { values, records };
  };
  const [none, rules, full, unnamed] = [await run('none'), await run('rules'), await run('full'), await run()];
  assert.equal(rules.values, none.values);
  assert.equal(full.values, none.values);
  assert.equal(unnamed.records, full.records);
  const scores = ({ records }: typeof none) =>
    records.map(({ clients, validation, bytes }) => ({ clients, validation, bytes }));
  assert.equal(scores(full), scores(none));
  assert.equal(
    none.records.map(({ diagnostics }) => diagnostics),
    [{}, {}, {}],
  );
  assert.equal(
    rules.records.map(({ diagnostics }) => diagnostics),
    full.records.map(({ diagnostics }) => diagnostics),
  );
  assert.ok(rules.records.every(({ clientDiagnostics }) => clientDiagnostics === undefined));
  // JSON turns what is not finite into null.
  assert.not.match(JSON.stringify(full.records.map(({ clientDiagnostics }) => clientDiagnostics)), /null/);
});

test('no tensor is left behind', async () => {
  const before = liveTensors();
  const federation = tiny('full');
  await federation.round();
  const tensors = liveTensors();
  for await (const _ of federation.rounds(20));
  assert.is(liveTensors(), tensors);
  federation.dispose();
  assert.is(liveTensors(), before);
});

test.run();

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { adamDefaults } from '../../lib/backend/operations/adam';
import { type Tensor2D, tf } from '../../lib/backend/tensorflow';
import { batcher } from '../../lib/data/batch';
import type { Dataset } from '../../lib/data/types';
import { restoreCheckpoint, saveCheckpoint } from '../../lib/federated/checkpoint';
import { localStep } from '../../lib/federated/client';
import { combining } from '../../lib/federated/combined-gradients';
import { createFederation, type Federation } from '../../lib/federated/federation';
import { methods } from '../../lib/federated/methods';
import { planDefaults } from '../../lib/federated/plan';
import type { RoundRecord } from '../../lib/federated/record';
import { mmoe } from '../../lib/models/mmoe';
import type { DataShape, Model } from '../../lib/models/model';
import type { GramCombination } from '../../lib/multitask/combination';
import { type CombinationChoice, type CombinationName, combinations } from '../../lib/multitask/combinations';
import { constantSplit, datasetOf, randomDataset, tinySizes, valuesOf } from './fixtures';

const every = Object.keys(combinations) as CombinationName[];

function federationOf(combine?: CombinationChoice, method = 'fedavg', dataset: Dataset = randomDataset()): Federation {
  return createFederation({
    dataset,
    plan: methods[method](planDefaults),
    model: (shape, template) => mmoe(shape, tinySizes, template),
    seed: 1,
    batch: 32,
    localWork: { steps: 4 },
    optimizer: { ...adamDefaults, learningRate: 1e-2, epsilon: 1e-2 }, // large: then Adam knows the gradient's scale
    ...(combine && { combine }),
  });
}

/** Values after some rounds, and the last record. */
async function trained(combine?: CombinationChoice, method?: string, rounds = 2, dataset?: Dataset) {
  const federation = federationOf(combine, method, dataset);
  let record: RoundRecord | undefined;
  for await (record of federation.rounds(rounds));
  const values = valuesOf(federation);
  federation.dispose();
  return { values, record: record! };
}

/** The largest difference of two federations' values. */
function difference(a: Record<string, number[]>[], b: Record<string, number[]>[]): number {
  let most = 0;
  a.forEach((own, i) => {
    for (const [name, numbers] of Object.entries(own)) {
      numbers.forEach((value, k) => {
        most = Math.max(most, Math.abs(value - b[i][name][k]));
      });
    }
  });
  return most;
}

test('the sum of the gradients is the step without combination, in one pass or in one per task', async () => {
  for (const method of ['fedavg', 'pf-msmtrec', 'central']) {
    const plain = await trained(undefined, method);
    const once = await trained({ method: 'ew' }, method);
    assert.equal(once.values, plain.values, method);
    assert.ok(Math.abs(once.record.clients[0].loss - plain.record.clients[0].loss) < 1e-6);
    assert.is(plain.record.clients[0].combination, undefined);
    const sums: CombinationChoice[] = [
      { method: 'metabalance', relax: 0 },
      { method: 'graddrop', leak: 1 },
      { method: 'mocograd', lambda: 0 },
      { method: 'pmtrec', temperature: 1e9 }, // the mean, brought to the same scale
      { method: 'cagrad', c: 0 },
    ];
    for (const combine of method === 'fedavg' ? sums : sums.slice(0, 1)) {
      const { values, record } = await trained(combine, method);
      const off = difference(values, plain.values);
      assert.ok(off < 1e-5, `${method}, ${combine.method}: ${off}`);
      assert.ok(Math.abs(record.clients[0].loss - plain.record.clients[0].loss) < 1e-4);
    }
  }
});

/** Both logits are w · number, and all numbers are 1: at w = 0 a task's gradient is ½ minus its share of ones. */
const sharedParameter = ({ tasks }: DataShape): Model => ({
  name: 'shared parameter',
  parameters: [{ name: 'w', group: 'weight', shape: [1, 1], initial: { value: 0 } }],
  forward: (values, { numbers }) => tf.tile(tf.matMul(numbers, values.w as Tensor2D) as Tensor2D, [1, tasks.length]),
});

test('one shared parameter: gradients of −¼ and ½ by hand', async () => {
  const split = { ...constantSplit(8, 1, 0), labels: [new Uint8Array([1, 1, 1, 0, 1, 1, 1, 0]), new Uint8Array(8)] };
  const after = async (combine?: CombinationChoice) => {
    const federation = createFederation({
      dataset: datasetOf({ a: split }, ['click', 'buy']),
      plan: methods.local(planDefaults),
      model: sharedParameter,
      seed: 1,
      batch: 8,
      localWork: { steps: 1 },
      optimizer: { ...adamDefaults, learningRate: 0.1, weightDecay: 0, epsilon: 1e-3 },
      ...(combine && { combine }),
    });
    const { clients } = await federation.round();
    const [{ w }] = valuesOf(federation);
    federation.dispose();
    return { w: w[0], figures: clients[0].combination };
  };
  const close = (actual: number, wanted: number) =>
    assert.ok(Math.abs(actual - wanted) <= 1e-4, `${actual} against ${wanted}`);
  // Adam's first step: the learning rate times g / (|g| + ε).
  const moved = (gradient: number) => (-0.1 * gradient) / (Math.abs(gradient) + 1e-3);
  close((await after()).w, moved((-0.25 + 0.5) / 2));
  const hull = await after({ method: 'mgda' });
  close(hull.w, 0); // 0 = ⅔ · −¼ + ⅓ · ½ lies between them
  close(hull.figures!.weights[0], 2 / 3);
  close((await after({ method: 'metabalance', relax: 1 })).w, 0);
  const row = { method: 'pmtrec-client', scale: 'absolute', temperature: 1e-4 } as const;
  close((await after({ ...row, alpha: 1 })).w, moved(0.5));
  close((await after({ ...row, alpha: 4, main: 'click' })).w, moved(-0.25));
});

test('a round is an epoch', async () => {
  const split = { ...constantSplit(8, 1, 0), labels: [new Uint8Array([1, 1, 1, 0, 1, 1, 1, 0]), new Uint8Array(8)] };
  const federation = createFederation({
    dataset: datasetOf({ a: split }, ['click', 'buy']),
    plan: methods.local(planDefaults),
    model: sharedParameter,
    seed: 1,
    batch: 8,
    localWork: { steps: 2 },
    optimizer: { ...adamDefaults, learningRate: 1e-9 },
    combine: { method: 'pmtrec-client', main: 'click', alpha: 2, scale: 'absolute', temperature: 0.1 },
  });
  const shares: number[] = [];
  for await (const { clients } of federation.rounds(2)) shares.push(clients[0].combination!.shares[0]);
  federation.dispose();
  // Norms ¼ · 2 and ½ in the first round, ¼ · 4 and ½ in the second.
  assert.ok(Math.abs(shares[0] - 0.5) < 1e-3, `${shares[0]}`);
  assert.ok(Math.abs(shares[1] - 1 / (1 + Math.exp(-5))) < 1e-3, `${shares[1]}`);
});

test("private parameters get their own task's gradient, or the weighted one where a method weighs the loss", () => {
  const moves = (weighsLoss: boolean) => {
    const federation = federationOf(undefined, 'local');
    const [client] = federation.clients;
    const method: GramCombination = { name: 'first', reads: 'gram', weighsLoss, weigh: () => ({ weights: [1, 0] }) };
    const start = valuesOf(federation)[0]['tower.logit.bias'];
    const batches = batcher([45, 45]);
    const options = { ...adamDefaults, learningRate: 0.1, weightDecay: 0, epsilon: 1 };
    localStep(client, batches, 32, options, { combine: combining({ method, epoch: 1 }) }).dispose();
    const after = valuesOf(federation)[0]['tower.logit.bias'];
    federation.dispose();
    return after.map((value, t) => value - start[t]);
  };
  const [own, weighted] = [moves(false), moves(true)];
  assert.ok(own[0] !== 0 && own[1] !== 0);
  assert.equal(weighted, [own[0], 0]);
});

test('every method trains, repeats itself number by number, and frees its tensors', async () => {
  const plain = await trained();
  const before = liveTensors();
  for (const method of every) {
    const first = await trained({ method });
    assert.equal((await trained({ method })).values, first.values, method);
    const figures = first.record.clients[0].combination!;
    assert.ok(Object.values(figures).flat().every(Number.isFinite), method);
    assert.ok(first.record.clients.every(({ loss }) => Number.isFinite(loss)));
    const isPlain = method === 'ew' || method === 'dwa'; // which begins in the third round
    if (!isPlain) assert.ok(difference(first.values, plain.values) > 1e-6, method);
    assert.is(liveTensors(), before, method);
  }
});

test('tensors stay as many over the rounds', async () => {
  for (const method of ['mocograd', 'famo', 'pmtrec', 'gradnorm'] as const) {
    const federation = federationOf({ method });
    await federation.round();
    const tensors = liveTensors();
    for await (const _ of federation.rounds(3));
    assert.is(liveTensors(), tensors, method);
    federation.dispose();
  }
});

test('a restored federation goes on number for number with what its combination remembers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf-combination-'));
  const file = join(folder, 'state.safetensors');
  for (const method of ['dwa', 'famo', 'gradnorm', 'gradvac', 'mocograd', 'metabalance', 'pmtrec', 'rlw'] as const) {
    const whole = federationOf({ method });
    for await (const _ of whole.rounds(2));
    saveCheckpoint(whole, file);
    for await (const _ of whole.rounds(2));
    const resumed = federationOf({ method });
    restoreCheckpoint(resumed, file);
    for await (const _ of resumed.rounds(2));
    assert.equal(valuesOf(resumed), valuesOf(whole), method);
    whole.dispose();
    resumed.dispose();
  }
  rmSync(folder, { recursive: true });
});

test('rows that a batch does not touch stay as they are', async () => {
  const federation = federationOf({ method: 'pmtrec' }, 'local');
  const start = valuesOf(federation);
  await federation.round();
  const after = valuesOf(federation);
  federation.clients.forEach(({ touched }, i) => {
    touched.embedding.forEach((flag, row) => {
      const range = [row * tinySizes.embedding, (row + 1) * tinySizes.embedding] as const;
      const [was, is] = [start, after].map((values) => values[i].embedding.slice(...range).join());
      assert.is(was === is, flag === 0, `row ${row}`);
    });
  });
  federation.dispose();
});

test('the record tells how evenly tasks are weighed', async () => {
  const { record } = await trained({ method: 'pmtrec', temperature: 1e9 });
  const { entropy, shares } = record.clients[0].combination!;
  assert.ok(Math.abs(entropy[0] - Math.log(2)) < 1e-4);
  assert.ok(Math.abs(shares[0] - 0.5) < 1e-4);
  const main = (name: string) => ({ method: 'pmtrec', alpha: 2, main: name }) as const;
  const shareOfClick = async (name: string) => (await trained(main(name))).record.clients[0].combination!.shares[0];
  assert.ok((await shareOfClick('click')) > (await shareOfClick('buy')));
  assert.is(await shareOfClick('last'), await shareOfClick('buy'));
});

test('a client with one task takes the plain step', async () => {
  const whole = randomDataset();
  const [a, b] = whole.scenarios;
  const clicks = (split: typeof b.splits.train) => ({ ...split, labels: [split.labels[0]] });
  const scenario = {
    ...b,
    tasks: ['click'],
    splits: { train: clicks(b.splits.train), validation: clicks(b.splits.validation), test: clicks(b.splits.test) },
  };
  const dataset: Dataset = { ...whole, scenarios: [a, scenario] };
  const plain = await trained(undefined, 'local', 1, dataset);
  const combined = await trained({ method: 'pmtrec' }, 'local', 1, dataset);
  assert.equal(combined.values[1], plain.values[1]);
  assert.not.equal(combined.values[0], plain.values[0]);
  assert.is(combined.record.clients[1].combination, undefined);

  // Rows of both scenarios together: a row without a task says nothing about it.
  const pooled = await trained(undefined, 'central', 1, dataset);
  const once = await trained({ method: 'ew' }, 'central', 1, dataset);
  const perTask = await trained({ method: 'metabalance', relax: 0 }, 'central', 1, dataset);
  assert.equal(once.values, pooled.values);
  assert.ok(difference(perTask.values, pooled.values) < 1e-5);
});

test('a wrong choice is one sentence', () => {
  assert.throws(() => federationOf({ method: 'pmtrec', main: 'bought' }), 'did you mean "buy"? Known: click, buy.');
  assert.throws(() => federationOf({ method: 'pcgard' } as never), 'did you mean "pcgrad"?');
  const oneTask = datasetOf({ a: constantSplit(8, 1, 1) }, ['click']);
  assert.not.throws(() => federationOf({ method: 'pmtrec' }, 'local', oneTask).dispose());
});

test.run();

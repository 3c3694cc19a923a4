import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { adamDefaults } from '../../lib/backend/operations/adam';
import { type CombinationName, combinations } from '../../lib/multitask/combinations';
import { evaluateRanking, syntheticRanking } from '../../lib/ranking';
import { type NodeVectors, type RankingOptions, type RankingRun, trainRanking } from '../../lib/ranking/training';
import { epochBatches } from '../../lib/ranking/training/batches';
import { withShares } from '../../lib/ranking/training/shares';
import { near } from '../backend/compare';

const dataset = syntheticRanking({ users: 60, items: 40, perUser: 8 });
const options: RankingOptions = {
  ...{ encoder: 'mf', embedding: 8, layers: 2, auxiliary: ['social', 'category', 'rating'] },
  ...{ batch: 64, epochs: 3, patience: 10, optimizer: { ...adamDefaults, learningRate: 0.02 } },
};
const evaluate = (vectors: NodeVectors, split: 'validation' | 'test') =>
  evaluateRanking({ ...vectors, dataset, split });

async function train(more: Partial<RankingRun> = {}) {
  const run = trainRanking({ dataset, options, seed: 1, evaluate, ...more });
  let next = await run.next();
  while (!next.done) next = await run.next();
  return next.value;
}

test('one seed gives the same numbers, another one others, and nothing is left behind', async () => {
  const before = liveTensors();
  for (const encoder of ['mf', 'ngcf', 'lightgcn'] as const) {
    const own = { options: { ...options, encoder }, combination: { method: 'pmtrec' } } as const;
    const [first, again, other] = [await train(own), await train(own), await train({ ...own, seed: 2 })];
    assert.equal(first.userVectors, again.userVectors);
    assert.equal(
      first.records.map(({ losses, entropy }) => [losses, entropy]),
      again.records.map(({ losses, entropy }) => [losses, entropy]),
    );
    assert.not.equal(first.userVectors, other.userVectors);
  }
  assert.is(liveTensors(), before);
});

test('every way to combine trains all tasks with every encoder', async () => {
  const before = liveTensors();
  for (const method of Object.keys(combinations) as CombinationName[]) {
    for (const encoder of ['mf', 'ngcf'] as const) {
      const auxiliary = ['social', 'category'] as const;
      const { records, itemVectors } = await train({
        options: { ...options, encoder, auxiliary, epochs: 4 },
        combination: { method },
      });
      const [first, last] = [records[0].losses, records[records.length - 1].losses];
      assert.equal(Object.keys(first), ['bpr', ...auxiliary]);
      const sum = (losses: typeof first) => Object.values(losses).reduce((total, loss) => total + loss, 0);
      assert.ok(sum(last) < sum(first), `${method}, ${encoder}: ${sum(first)} to ${sum(last)}`);
      assert.ok(itemVectors.every(Number.isFinite), method);
    }
  }
  assert.is(liveTensors(), before);
});

test('methods without the auxiliary tasks see the same data and negatives', async () => {
  const alone = await train();
  const equal = await train({ options: { ...options, auxiliary: [] }, combination: { method: 'ew' } });
  assert.equal(alone.userVectors, equal.userVectors);
  assert.equal(Object.keys(alone.records[0].losses), ['bpr']);
});

test('PMTRec: a very high temperature is the mean of the gradients, as equal weights are', async () => {
  const high = await train({ combination: { method: 'pmtrec', temperature: 1e9 } });
  const equal = await train({ combination: { method: 'ew' } });
  near(high.userVectors, equal.userVectors, 1e-3, 'vectors');
  assert.ok(Math.abs(high.records[0].entropy! - Math.log(4)) < 1e-6);
  near(Object.values(high.records[0].shares!), [0.25, 0.25, 0.25, 0.25], 1e-6, 'shares');
});

test('PMTRec: α raises the main task from epoch to epoch', async () => {
  const combination = (alpha: number) => ({ method: 'pmtrec', scale: 'absolute', temperature: 0.001, alpha }) as const;
  const [focused, plain] = [await train({ combination: combination(2) }), await train({ combination: combination(1) })];
  const share = ({ records }: typeof plain, epoch: number) => records[epoch].shares!.bpr;
  assert.ok(share(focused, 2) > share(plain, 2) + 0.02, `${share(focused, 2)} ${share(plain, 2)}`);
  assert.ok(share(focused, 0) > share(plain, 0));
});

test('training reads validation only, keeps its best epoch and stops after it', async () => {
  const hidden = new Proxy(dataset, {
    get(target, name, receiver) {
      if (name === 'test') throw new Error('the test split was read');
      return Reflect.get(target, name, receiver);
    },
  });
  const told = [0.1, 0.4, 0.3, 0.4, 0.2, 0.9];
  const seen: Float32Array[] = [];
  const trained = await train({
    dataset: hidden,
    options: { ...options, epochs: 6, patience: 3 },
    evaluate: ({ userVectors }) => {
      seen.push(userVectors);
      return { recall: { 20: told[seen.length - 1] }, ndcg: {} };
    },
  });
  assert.is(seen.length, 5); // three epochs after the second were no better; an equal one is not better
  assert.is(trained.epoch, 2);
  assert.equal(trained.userVectors, seen[1]);
});

test('lazy tables leave rows alone that no task has touched, dense ones do not', async () => {
  // An item without a training interaction moves only as a negative.
  const settings = (tables: 'lazy' | 'dense') => ({
    options: { ...options, epochs: 1, optimizer: { ...options.optimizer, tables, weightDecay: 0.1 } },
  });
  const [lazy, dense] = [await train(settings('lazy')), await train(settings('dense'))];
  assert.not.equal(lazy.itemVectors, dense.itemVectors);
});

test('batches: all interactions of an epoch once, in an order of its own', () => {
  const epoch = (number: number) => [...epochBatches(dataset.train, 50, 1, number)];
  const [first, second] = [epoch(1), epoch(2)];
  const numbers = first.flatMap((batch) => [...batch.numbers]);
  assert.equal(
    numbers.slice().sort((a, b) => a - b),
    [...dataset.train.users.keys()],
  );
  assert.not.equal(first[0].numbers, second[0].numbers);
  for (const batch of first) {
    batch.numbers.forEach((k, at) => {
      assert.equal([batch.users[at], batch.items[at]], [dataset.train.users[k], dataset.train.items[k]]);
    });
  }
  assert.is(first[first.length - 1].numbers.length, dataset.train.users.length % 50 || 50);
});

test('shares and entropy of weights', () => {
  const { shares, entropy } = withShares({ weights: [1, 3] });
  assert.equal(shares, [0.25, 0.75]);
  near(entropy, [0.5623351446], 1e-9, 'entropy');
  assert.equal(withShares({ weights: [-1, 3] }), { weights: [-1, 3] });
  assert.equal(withShares({ weights: [0, 0] }), { weights: [0, 0] });
  assert.equal(withShares({}), {});
});

test.run();

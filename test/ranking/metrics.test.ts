import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { drawsFrom } from '../../lib/data/synthetic/draws';
import { evaluateRanking, type RankingQuestion, rankingByUser, topItems } from '../../lib/ranking/metrics';
import type { Interactions, RankingDataset } from '../../lib/ranking/types';
import { readGolden } from '../golden/case';

type Matrix = readonly (readonly number[])[];
type Rows = RankingQuestion['dataset'];

const pairs = (list: Matrix): Interactions => ({
  users: Int32Array.from(list, ([user]) => user),
  items: Int32Array.from(list, ([, item]) => item),
});
const rowsOf = (users: number, items: number, train: Matrix, validation: Matrix, test: Matrix): Rows => ({
  ...{ users, items, train: pairs(train), validation: pairs(validation), test: pairs(test) },
});
const vectors = (matrix: Matrix) => Float32Array.from(matrix.flat());
const close = (actual: number, wanted: number, what: string) =>
  assert.ok(Math.abs(actual - wanted) < 1e-12, `${what}: ${actual} against ${wanted}`);

/** One user, four items with scores 4, 3, 2, 1. */
const four = { userVectors: Float32Array.of(1), itemVectors: Float32Array.of(4, 3, 2, 1), width: 1 };

test('hand-made: items of training are out, and in the test those of validation', () => {
  const dataset = rowsOf(1, 4, [[0, 0]], [[0, 1]], [[0, 3]]);
  const validation = evaluateRanking({ ...four, dataset, split: 'validation', cutoffs: [1, 2] });
  assert.equal(validation, { users: 1, recall: { 1: 1, 2: 1 }, ndcg: { 1: 1, 2: 1 } });
  // Left for the test: items 2 and 3; the wanted one is second.
  const tested = evaluateRanking({ ...four, dataset, split: 'test', cutoffs: [1, 2, 40] });
  assert.equal(tested.recall, { 1: 0, 2: 1, 40: 1 });
  close(tested.ndcg[2], 1 / Math.log2(3), 'ndcg@2');
  assert.is(tested.ndcg[40], tested.ndcg[2]);
});

test('hand-made: two wanted items, one found', () => {
  const dataset = rowsOf(
    1,
    4,
    [],
    [],
    [
      [0, 1],
      [0, 3],
    ],
  );
  const { recall, ndcg } = evaluateRanking({ ...four, dataset, split: 'test', cutoffs: [1, 2] });
  assert.equal(recall, { 1: 0, 2: 0.5 });
  close(ndcg[2], 1 / Math.log2(3) / (1 + 1 / Math.log2(3)), 'ndcg@2');
});

test('of equal scores the smaller item number is first, also at the last place', () => {
  const equal = { userVectors: Float32Array.of(0), itemVectors: Float32Array.of(1, 2, 3, 4, 5), width: 1 };
  const none = () => new Int32Array();
  assert.equal([...topItems(equal, Int32Array.of(0), none, 3)], [0, 1, 2]);
  assert.equal([...topItems(equal, Int32Array.of(0), () => Int32Array.of(1), 3)], [0, 2, 3]);
  const late = { userVectors: Float32Array.of(1), itemVectors: Float32Array.of(1, 2, 1, 2, 3), width: 1 };
  assert.equal([...topItems(late, Int32Array.of(0), none, 4)], [4, 1, 3, 0]);
  // Where fewer are left than asked for, the rest is −1.
  assert.equal([...topItems(late, Int32Array.of(0), () => Int32Array.of(0, 1, 2), 4)], [4, 3, -1, -1]);
});

test('users without an item in the split do not count; nobody is an error', () => {
  const dataset = rowsOf(
    3,
    4,
    [
      [0, 0],
      [1, 1],
    ],
    [],
    [
      [1, 0],
      [2, 1],
    ],
  );
  const three = { ...four, userVectors: Float32Array.of(1, 1, 1) };
  const each = rankingByUser({ ...three, dataset, split: 'test', cutoffs: [1] });
  assert.equal([...each.users], [1, 2]);
  // User 2 has no training interaction and is ranked for all the same.
  assert.equal([...each.recall[1]], [1, 0]);
  assert.is(evaluateRanking({ ...three, dataset, split: 'test', cutoffs: [1] }).recall[1], 0.5);
  assert.throws(
    () => evaluateRanking({ ...three, dataset, split: 'validation' }),
    /no user has an item in the validation/,
  );
});

test('mistakes are errors', () => {
  const dataset = rowsOf(1, 4, [], [], [[0, 1]]);
  const ask = (more: Partial<RankingQuestion>) => () => evaluateRanking({ ...four, dataset, split: 'test', ...more });
  assert.throws(ask({ userVectors: Float32Array.of(1, 2) }), /userVectors: 2 numbers where 1 vectors of width 1/);
  assert.throws(ask({ itemVectors: Float32Array.of(1, 2, Number.NaN, 3) }), /itemVectors: vector 2 holds NaN/);
  assert.throws(ask({ cutoffs: [0] }), /cutoffs: 0/);
  assert.throws(ask({ cutoffs: [] }), /cutoffs: none/);
  assert.throws(ask({ width: 0 }), /width/);
});

/** The same by sorting every pair of user and item, in plain arithmetic. */
function bruteForce({ userVectors, itemVectors, width, dataset, split }: RankingQuestion, cutoff: number) {
  const has = (list: Interactions, user: number, item: number) =>
    list.users.some((one, k) => one === user && list.items[k] === item);
  const found: { user: number; recall: number; ndcg: number }[] = [];
  for (let user = 0; user < dataset.users; user++) {
    const all = Array.from({ length: dataset.items }, (_, item) => item);
    const wanted = all.filter((item) => has(dataset[split], user, item));
    if (wanted.length === 0) continue;
    const out = (item: number) =>
      has(dataset.train, user, item) || (split === 'test' && has(dataset.validation, user, item));
    const score = (item: number) => {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += userVectors[user * width + k] * itemVectors[item * width + k];
      return sum;
    };
    const ranked = all.filter((item) => !out(item)).sort((a, b) => score(b) - score(a) || a - b);
    const gain = (places: number[]) => places.reduce((sum, place) => sum + 1 / Math.log2(place + 2), 0);
    const places = wanted.map((item) => ranked.indexOf(item)).filter((place) => place < cutoff);
    const best = gain([...wanted.keys()].slice(0, cutoff));
    found.push({ user, recall: places.length / wanted.length, ndcg: gain(places) / best });
  }
  return found;
}

test('equals a brute-force twin on random data, with ties and without', () => {
  const draws = drawsFrom(9);
  const any = (count: number) => Math.floor(draws.uniform() * count);
  for (let round = 0; round < 12; round++) {
    const [users, items, width] = [1 + any(30), 5 + any(90), 1 + any(6)];
    const lists: number[][][] = [[], [], []];
    for (let user = 0; user < users; user++) {
      for (let item = 0; item < items; item++) if (draws.uniform() < 0.2) lists[any(3)].push([user, item]);
    }
    const dataset = rowsOf(users, items, lists[0], lists[1], lists[2]);
    // Quarters are exact in float32: both sides have the same scores, and ties where the vectors are of few values.
    const quarter = () => (round % 2 === 0 ? any(5) - 2 : Math.round(draws.normal() * 64)) / 4;
    const question = {
      userVectors: Float32Array.from({ length: users * width }, quarter),
      itemVectors: Float32Array.from({ length: items * width }, quarter),
      ...{
        width,
        dataset,
        split: round % 3 === 0 ? ('validation' as const) : ('test' as const),
        cutoffs: [1, 3, 10, 40, 200],
      },
    };
    const each = rankingByUser(question);
    for (const cutoff of question.cutoffs) {
      const wanted = bruteForce(question, cutoff);
      assert.equal(
        [...each.users],
        wanted.map(({ user }) => user),
      );
      wanted.forEach(({ recall, ndcg }, k) => {
        close(each.recall[cutoff][k], recall, `recall@${cutoff}`);
        close(each.ndcg[cutoff][k], ndcg, `ndcg@${cutoff}`);
      });
    }
  }
});

test('more users than one block holds are ranked as one by one', () => {
  const draws = drawsFrom(4);
  const [users, items, width] = [90, 40_000, 2];
  const own = {
    userVectors: Float32Array.from({ length: users * width }, () => draws.normal()),
    itemVectors: Float32Array.from({ length: items * width }, () => draws.normal()),
    width,
  };
  const none = () => new Int32Array();
  const all = topItems(
    own,
    Int32Array.from({ length: users }, (_, user) => user),
    none,
    5,
  );
  for (const user of [0, 31, 32, 63, 64, 89]) {
    assert.equal([...topItems(own, Int32Array.of(user), none, 5)], [...all.subarray(user * 5, user * 5 + 5)]);
  }
});

interface Golden {
  readonly width: number;
  readonly cutoffs: readonly number[];
  readonly userVectors: Matrix;
  readonly itemVectors: Matrix;
  readonly parts: Matrix;
  readonly validation: { readonly users: readonly number[]; readonly recall: Matrix; readonly ndcg: Matrix };
  readonly test: Golden['validation'];
}

test('equals golden numbers of NumPy, user by user', () => {
  const golden = readGolden<Golden>('ranking_metrics.json');
  const list = (part: number) =>
    golden.parts.flatMap((row, user) => row.flatMap((own, item) => (own === part ? [[user, item]] : [])));
  const dataset: Rows = rowsOf(golden.parts.length, golden.parts[0].length, list(1), list(2), list(3));
  for (const split of ['validation', 'test'] as const) {
    const { width, cutoffs } = golden;
    const each = rankingByUser({
      ...{ userVectors: vectors(golden.userVectors), itemVectors: vectors(golden.itemVectors) },
      ...{ width, cutoffs, dataset, split },
    });
    assert.equal([...each.users], golden[split].users);
    cutoffs.forEach((cutoff, c) => {
      each.users.forEach((_, k) => {
        close(each.recall[cutoff][k], golden[split].recall[k][c], `recall@${cutoff}`);
        close(each.ndcg[cutoff][k], golden[split].ndcg[k][c], `ndcg@${cutoff}`);
      });
    });
  }
});

test('no tensor is left behind, also after an error', () => {
  const before = liveTensors();
  const dataset: Pick<RankingDataset, 'users' | 'items' | 'train' | 'validation' | 'test'> = rowsOf(
    1,
    4,
    [],
    [],
    [[0, 1]],
  );
  for (let k = 0; k < 3; k++) evaluateRanking({ ...four, dataset, split: 'test' });
  assert.throws(
    () =>
      topItems(
        four,
        Int32Array.of(0),
        () => {
          throw new Error('stop');
        },
        2,
      ),
    /stop/,
  );
  assert.is(liveTensors(), before);
});

test.run();

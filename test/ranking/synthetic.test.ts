import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openRankingDataset } from '../../lib/ranking/data/open';
import { type RankingSyntheticOptions, syntheticRanking } from '../../lib/ranking/data/synthetic';
import { itemsByUser } from '../../lib/ranking/metrics/by-user';
import { evaluateRanking } from '../../lib/ranking/metrics/evaluate';
import type { Links, RankingDataset } from '../../lib/ranking/types';
import { errorOf } from '../data/tiny';

/** Share of links between equals. */
const alike = ({ first, second }: Links, kinds: Int32Array) =>
  first.filter((one, k) => kinds[one] === kinds[second[k]]).length / first.length;

/** Recall@20 on the test split of scores that are counted, `[users × items]`. */
function recall(dataset: RankingDataset, scores: Float32Array) {
  const unit = new Float32Array(dataset.items ** 2);
  for (let item = 0; item < dataset.items; item++) unit[item * (dataset.items + 1)] = 1;
  const question = { userVectors: scores, itemVectors: unit, width: dataset.items, dataset, split: 'test' as const };
  return evaluateRanking(question).recall[20];
}

/** Scores of each user: how many of the items' neighbours (or friends' items) hold an item. */
function counted(dataset: RankingDataset, add: (score: (user: number, item: number) => void) => void) {
  const scores = new Float32Array(dataset.users * dataset.items);
  add((user, item) => {
    scores[user * dataset.items + item]++;
  });
  return recall(dataset, scores);
}

const popular = (dataset: RankingDataset) =>
  counted(dataset, (score) => {
    for (let user = 0; user < dataset.users; user++) for (const item of dataset.train.items) score(user, item);
  });

/** Recommends what friends took: reads links and training items of others, nothing of the user's own. */
const ofFriends = (dataset: RankingDataset) =>
  counted(dataset, (score) => {
    const own = itemsByUser(dataset.users, dataset.train);
    dataset.social!.first.forEach((one, k) => {
      const other = dataset.social!.second[k];
      for (const item of own.of(other)) score(one, item);
      for (const item of own.of(one)) score(other, item);
    });
  });

/** Recommends what is linked to the user's training items. */
const ofItems = (dataset: RankingDataset, { first, second }: Links) =>
  counted(dataset, (score) => {
    const own = itemsByUser(dataset.users, dataset.train);
    const linked = itemsByUser(dataset.items, { users: first, items: second }, { users: second, items: first });
    for (let user = 0; user < dataset.users; user++) {
      for (const taken of own.of(user)) for (const item of linked.of(taken)) score(user, item);
    }
  });

/** Recommends items of the user's categories. */
const ofCategories = (dataset: RankingDataset) => {
  const { items, categories, count } = dataset.categories!;
  const itemVectors = new Float32Array(dataset.items * count);
  items.forEach((item, k) => {
    itemVectors[item * count + categories[k]] = 1;
  });
  const userVectors = new Float32Array(dataset.users * count);
  dataset.train.users.forEach((user, k) => {
    for (let c = 0; c < count; c++) userVectors[user * count + c] += itemVectors[dataset.train.items[k] * count + c];
  });
  return evaluateRanking({ userVectors, itemVectors, width: count, dataset, split: 'test' }).recall[20];
};

const at = (dial: number, seed = 1) =>
  syntheticRanking({
    seed,
    social: dial,
    coView: dial,
    coBuy: dial,
    categories: Math.max(0, dial),
    ratings: Math.max(0, dial),
  });

test('links follow the dial: all, some or none within a community', () => {
  for (const [dial, least, most] of [
    [1, 1, 1],
    [0.5, 0.45, 0.65],
    [0, 0.08, 0.18],
    [-1, 0, 0],
  ]) {
    const { social, coView, coBuy, communities, groups } = at(dial);
    for (const share of [alike(social!, communities), alike(coView!, groups), alike(coBuy!, groups)]) {
      assert.ok(share >= least && share <= most, `${dial}: ${share}`);
    }
  }
});

test('a relation at 1 tells what a user will take, at 0 or below it does not', () => {
  for (const seed of [1, 2, 3]) {
    const [follows, random, against] = [1, 0, -1].map((dial) => at(dial, seed));
    // Interactions are the same at every dial, so what is popular recalls the same.
    const floor = popular(follows);
    assert.is(popular(against), floor);
    for (const [what, good, none, bad] of [
      ['friends', ofFriends(follows), ofFriends(random), ofFriends(against)],
      ['viewed', ofItems(follows, follows.coView!), ofItems(random, random.coView!), ofItems(against, against.coView!)],
      ['bought', ofItems(follows, follows.coBuy!), ofItems(random, random.coBuy!), ofItems(against, against.coBuy!)],
    ] as const) {
      const said = `seed ${seed}, ${what}: ${good} ${none} ${bad}, popular ${floor}`;
      assert.ok(good > 1.5 * none && none > bad && floor > none, said);
    }
    assert.ok(ofFriends(follows) > 1.4 * floor);
    assert.ok(ofCategories(follows) > 1.5 * floor && ofCategories(random) < floor, `seed ${seed}, categories`);
  }
});

test('ratings follow taste at 1, and nothing at 0', () => {
  const means = (dial: number) => {
    const { ratings, communities, groups } = at(dial);
    const sums = [0, 0];
    const counts = [0, 0];
    ratings!.values.forEach((value, k) => {
      const liked = Number(communities[ratings!.users[k]] === groups[ratings!.items[k]]);
      sums[liked] += value;
      counts[liked]++;
      assert.ok(Number.isInteger(value) && value >= 1 && value <= 5);
    });
    return sums[1] / counts[1] - sums[0] / counts[0];
  };
  assert.ok(means(1) > 2.5, `${means(1)}`);
  assert.ok(Math.abs(means(0)) < 0.1, `${means(0)}`);
});

test('one seed gives the same data, another one others; opened by name, too', async () => {
  const one = syntheticRanking({ seed: 4 });
  assert.equal(syntheticRanking({ seed: 4 }), one);
  assert.equal(await openRankingDataset('synthetic-ranking', { seed: 4 }), one);
  const other = syntheticRanking({ seed: 5 });
  assert.not.equal(other.train, one.train);
  assert.is.not(other.fingerprint, one.fingerprint);
  assert.is.not(syntheticRanking({ seed: 4, social: 0 }).fingerprint, one.fingerprint);
});

test('every user trains, and no interaction stands twice', () => {
  const { users, train, validation, test: last } = syntheticRanking({ users: 50, items: 30, perUser: 12 });
  assert.is(new Set(train.users).size, users);
  const codes = [train, validation, last].flatMap((part) =>
    Array.from(part.users, (user, k) => user * 30 + part.items[k]),
  );
  assert.is(new Set(codes).size, codes.length);
});

test('dials at their ends come to an end: taste for one small group only, no links', () => {
  const { train, communities, groups, ...rest } = syntheticRanking({ taste: 1, items: 20, perUser: 10, links: 0 });
  assert.ok(train.users.every((user, k) => communities[user] === groups[train.items[k]]));
  assert.not('social' in rest);
  assert.not('coView' in rest);
});

test('a dial out of its range is an error', async () => {
  const wrong = (options: RankingSyntheticOptions) => errorOf(() => syntheticRanking(options));
  assert.match(await wrong({ social: 2 }), /social: 2 is not between -1 and 1/);
  assert.match(await wrong({ categories: -0.5 }), /categories: -0.5 is not between 0 and 1/);
  assert.match(await wrong({ users: 10.5 }), /users: 10.5 is not a whole number/);
  assert.match(await wrong({ communities: 1, social: -1 }), /need at least 2 communities/);
  assert.match(await wrong({ taste: Number.NaN }), /taste: NaN/);
  assert.match(await wrong({ socal: 1 } as RankingSyntheticOptions), /unknown option "socal"; did you mean "social"/);
});

test.run();

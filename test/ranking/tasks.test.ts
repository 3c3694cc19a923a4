import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { seedAt } from '../../lib/backend/random';
import { tf } from '../../lib/backend/tensorflow';
import { placesFrom } from '../../lib/ranking/draws';
import { auxiliaryTasks, bpr, tasksOfData } from '../../lib/ranking/tasks';
import { spread } from '../../lib/ranking/tasks/direct-au';
import { agree, random } from '../backend/compare';
import { linksOf, pairsOf, rankingDatasetOf, wholeBatch } from './tiny';

const pairs = [
  ...[0, 1, 2].map((item) => [0, item] as const), // user 0 has every item
  ...([
    [1, 0],
    [2, 1],
    [2, 2],
  ] as const),
];
const many = (count: number, work: (seed: number) => void) => {
  for (let seed = 1; seed <= count; seed++) work(seedAt(seed, 'test'));
};

test('bpr: negatives are items that the user did not take in training, all of them alike', () => {
  const dataset = rankingDatasetOf(3, 3, pairs, { validation: pairsOf([[1, 2]]) });
  const task = bpr.make(dataset);
  const counts = new Map<string, number>();
  many(2000, (seed) => {
    const { roles } = task.sample(wholeBatch(dataset), placesFrom(seed));
    // The user who has everything is left out.
    assert.equal(Array.from(roles[0]), [1, 2, 2]);
    assert.equal(Array.from(roles[1]), [3, 4, 5]);
    const [one, two, three] = roles[2];
    assert.is(two, 3);
    assert.is(three, 3);
    counts.set(`${one}`, (counts.get(`${one}`) ?? 0) + 1);
  });
  // Validation items are negatives like others: nothing of them may be known in training.
  assert.equal([...counts.keys()].sort(), ['4', '5']);
  assert.ok(Math.abs(counts.get('4')! - 1000) < 120, `${counts.get('4')}`);
});

test('links: partners are linked, strangers are not, nobody is their own', () => {
  const friends = [
    [0, 1],
    [0, 2],
    [1, 2],
    [3, 0],
    [4, 0],
    [5, 0],
  ] as const;
  const social = linksOf(friends.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const));
  const users = [0, 1, 2, 3, 6].map((user) => [user, 0] as const);
  const dataset = rankingDatasetOf(7, 4, users, { social });
  const task = auxiliaryTasks.social.make(dataset);
  const isLinked = (a: number, b: number) => friends.some(([x, y]) => (x === a && y === b) || (x === b && y === a));
  many(300, (seed) => {
    const [anchors, partners, strangers] = task.sample(wholeBatch(dataset), placesFrom(seed)).roles;
    assert.equal(Array.from(anchors), [0, 1, 2, 3]); // 6 has no friend
    anchors.forEach((anchor, k) => {
      assert.ok(isLinked(anchor, partners[k]));
      assert.not(isLinked(anchor, strangers[k]));
      assert.is.not(anchor, strangers[k]);
    });
  });
});

test('links between items are those of item nodes; who is linked to all is left out', () => {
  const dataset = rankingDatasetOf(
    2,
    3,
    [
      [0, 0],
      [1, 1],
    ],
    {
      coBuy: linksOf([
        [0, 1],
        [0, 2],
      ]),
    },
  );
  const { roles } = auxiliaryTasks['co-buy'].make(dataset).sample(wholeBatch(dataset), placesFrom(1));
  assert.equal(
    roles.map((role) => Array.from(role)),
    [[3], [2], [4]],
  ); // item 0 has no stranger
});

test('category: partners share one, strangers share none', () => {
  const ofItem = [[0], [0, 1], [1], [2], [2], [3], []];
  const listed = ofItem.flatMap((own, item) => own.map((category) => [item, category] as const));
  const categories = {
    items: Int32Array.from(listed, ([item]) => item),
    categories: Int32Array.from(listed, ([, category]) => category),
    count: 4,
  };
  const dataset = rankingDatasetOf(
    1,
    7,
    ofItem.map((_, item) => [0, item] as const),
    { categories },
  );
  const task = auxiliaryTasks.category.make(dataset);
  const share = (a: number, b: number) => ofItem[a - 1].some((one) => ofItem[b - 1].includes(one));
  const partnersOfOne = new Set<number>();
  many(200, (seed) => {
    const [items, partners, strangers] = task.sample(wholeBatch(dataset), placesFrom(seed)).roles;
    assert.equal(Array.from(items), [1, 2, 3, 4, 5]); // alone in its category, or without one
    items.forEach((item, k) => {
      assert.ok(item !== partners[k] && share(item, partners[k]));
      assert.not(share(item, strangers[k]));
      if (item === 2) partnersOfOne.add(partners[k]);
    });
  });
  assert.equal([...partnersOfOne].sort(), [1, 3]);
});

test('rating: what is not rated is left out; equal ratings are no division by 0', () => {
  const ratings = {
    ...pairsOf([
      [0, 1],
      [2, 1],
    ]),
    values: Float32Array.of(2, 4),
  };
  const dataset = rankingDatasetOf(3, 3, pairs, { ratings });
  const { roles, values } = auxiliaryTasks.rating.make(dataset).sample(wholeBatch(dataset), placesFrom(1));
  assert.equal(
    [...roles.map((role) => Array.from(role)), Array.from(values!)],
    [
      [0, 2],
      [4, 4],
      [0, 1],
    ],
  );
  const equal = rankingDatasetOf(3, 3, pairs, { ratings: { ...ratings, values: Float32Array.of(3, 3) } });
  const same = auxiliaryTasks.rating.make(equal).sample(wholeBatch(equal), placesFrom(1));
  assert.equal(Array.from(same.values!), [0, 0]);
});

test('direct-au: the gradient is a slope, and the least value 0', () => {
  const before = liveTensors();
  tf.tidy(() => {
    const plain = (x: ReturnType<typeof tf.tensor2d>) => {
      const all = (axis: number) => tf.concat(Array(x.shape[0]).fill(x.expandDims(axis)), axis);
      const near = tf.exp(tf.mul(tf.sum(tf.square(tf.sub(all(0), all(1))), 2), -2));
      const rows = x.shape[0];
      const itself = tf.sum(tf.mul(near, tf.eye(rows)));
      return tf.add(tf.log(tf.div(tf.sub(tf.sum(near), itself), rows * (rows - 1))), 4 + 4 / (rows - 1));
    };
    const x = random([5, 3], 2);
    // Off the sphere the two are different functions.
    const normalised = (f: typeof spread) => (x: ReturnType<typeof tf.tensor2d>) =>
      f(tf.div(x, tf.norm(x, 2, 1, true)));
    agree([x], normalised(spread), normalised(plain));
    const simplex = tf.tensor2d([0, 1, Math.sqrt(3) / 2, -0.5, -Math.sqrt(3) / 2, -0.5], [3, 2]);
    assert.ok(Math.abs(spread(simplex).dataSync()[0]) < 1e-5);
  });
  assert.is(liveTensors(), before);
});

test('direct-au: one interaction has no pair, a vector of zeros no direction, and both a loss', () => {
  const dataset = rankingDatasetOf(1, 1, [[0, 0]]);
  const task = auxiliaryTasks['direct-au'].make(dataset);
  tf.tidy(() => {
    const lossOf = (x: ReturnType<typeof tf.tensor2d>) =>
      task.loss([x, tf.tensor2d([[0, 1]])], { roles: [] }, {}).asScalar();
    const numbers = tf
      .grad(lossOf as never)(tf.zeros([1, 2]))
      .dataSync();
    assert.ok(Array.from(numbers).every(Number.isFinite));
  });
});

test('tasks of a data set: those that it has something for', () => {
  const nothing = rankingDatasetOf(2, 2, [[0, 0]]);
  assert.equal(tasksOfData(nothing), []);
  assert.is(auxiliaryTasks['co-view'].missing(nothing), 'has no co-view links');
  const empty = { ...nothing, social: linksOf([]), coView: linksOf([[0, 1]]) };
  assert.equal(tasksOfData(empty), ['co-view']);
  assert.is(auxiliaryTasks.social.missing(empty), 'has an empty list of social links');
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  aucInterval,
  bootstrapAuc,
  criticalDifference,
  delongTest,
  friedman,
  holm,
  midranks,
  pairedTest,
  signedRankTest,
} from '../../lib';
import { drawsFrom } from '../../lib/data/synthetic/draws';

test('critical differences are those of the table of Demšar (2006)', () => {
  // q .05 for 2 … 10 methods; N = k(k + 1) / 6 makes the difference equal to q.
  const published = [1.96, 2.343, 2.569, 2.728, 2.85, 2.949, 3.031, 3.102, 3.164];
  published.forEach((q, i) => {
    const methods = i + 2;
    assert.ok(Math.abs(criticalDifference(methods, (methods * (methods + 1)) / 6) - q) < 0.0011);
  });
});

test('equal values share the mean of their ranks', () => {
  assert.equal(midranks([3, 1, 3, 2, 3]), [4, 1, 4, 2, 4]);
  assert.equal(midranks([]), []);
});

test('a p value that could not be had is left out of the family', () => {
  assert.equal(holm([0.01, null, 0.04, 0.03]), [0.03, null, 0.06, 0.06]);
  assert.equal(holm([0.9, 0.8]), [1, 1]);
  assert.equal(holm([]), []);
});

test('too few pairs have no test, equal ones leave no doubt', () => {
  assert.is(pairedTest([]), null);
  assert.equal(pairedTest([0.1]), { mean: 0.1, halfWidth: null, count: 1, tTest: null, signedRank: null });
  assert.is(pairedTest([0.1, 0.2])!.tTest, null);
  assert.equal(pairedTest([0, 0, 0]), { mean: 0, halfWidth: 0, count: 3, tTest: 1, signedRank: null });
  assert.is(pairedTest([0.5, 0.5, 0.5])!.tTest, 0);
  // Five differences of one sign are the least that five can give.
  assert.is(signedRankTest([1, 2, 3, 4, 5]), 0.0625);
  assert.is(signedRankTest([1, -1]), 1);
});

test('signed ranks of many values stay exact', () => {
  const p = signedRankTest(Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? i + 1 : -i - 1)))!;
  assert.ok(p > 0.5 && p <= 1);
});

test('methods that are equal everywhere do not differ; two methods or one block are not tested', () => {
  const same = friedman([
    [1, 1, 1],
    [2, 2, 2],
  ])!;
  assert.equal([same.meanRanks, same.chiSquare, same.pValue, same.fPValue], [[2, 2, 2], 0, 1, 1]);
  const certain = friedman([
    [3, 2, 1],
    [3, 2, 1],
    [6, 5, 4],
  ])!;
  assert.equal([certain.meanRanks, certain.chiSquare, certain.fPValue], [[1, 2, 3], 6, 0]);
  assert.is(
    friedman([
      [1, 2],
      [1, 2],
    ]),
    null,
  );
  assert.is(friedman([[1, 2, 3]]), null);
});

test('a model does not differ from itself', () => {
  const draws = drawsFrom(4);
  const labels = Array.from({ length: 50 }, () => (draws.uniform() < 0.4 ? 1 : 0));
  const scores = labels.map(() => draws.normal());
  const found = delongTest(scores, scores, labels)!;
  assert.equal([found.difference, found.error, found.pValue], [0, 0, 1]);
  assert.is(delongTest([1, 2, 3], [1, 2, 3], [1, 0, 0]), null);
});

test('the bootstrap depends on its seed alone', () => {
  const [scores, labels] = [
    [0.1, 0.4, 0.35, 0.8, 0.7],
    [0, 0, 1, 1, 0],
  ];
  const first = bootstrapAuc(scores, labels, { seed: 3 })!;
  assert.equal(bootstrapAuc(scores, labels, { seed: 3 }), first);
  assert.not.equal(bootstrapAuc(scores, labels, { seed: 4 }), first);
  assert.is(bootstrapAuc(scores, [1, 1, 1, 1, 1], { seed: 3 }), null);
});

test('an interval ends at 0 and 1', () => {
  const { low, high } = aucInterval([1, 3, 2, 4, 5, 6], [0, 0, 1, 1, 1, 1])!;
  assert.ok(low > 0 && high === 1);
  assert.is(aucInterval([1, 2], [0, 1]), null);
});

test('intervals cover the true AUC about as often as they say', () => {
  const draws = drawsFrom(9);
  const truth = 0.5 * (1 + 0.5204998778); // Φ(1 / √2): scores 1 apart, normal with deviation 1
  let covered = 0;
  for (let trial = 0; trial < 400; trial++) {
    const labels = Array.from({ length: 120 }, (_, i) => i % 2);
    const scores = labels.map((label) => draws.normal() + label);
    const { low, high } = aucInterval(scores, labels)!;
    if (low <= truth && truth <= high) covered++;
  }
  assert.ok(covered > 0.92 * 400 && covered < 0.98 * 400, `${covered} of 400`);
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawsFrom } from '../../lib/data/synthetic/draws';
import { ascendingKeys } from '../../lib/metrics/ascending-keys';
import { auc } from '../../lib/metrics/auc';

test('right order is 1, wrong order 0, a tie a half', () => {
  assert.equal(auc([0.1, 0.9], [0, 1]), { auc: 1, aucError: null });
  assert.is(auc([0.9, 0.1], [0, 1]).auc, 0);
  assert.is(auc([3, 3, 3], [0, 1, 0]).auc, 0.5);
  assert.is(auc([-0, 0], [0, 1]).auc, 0.5);
  // Pairs: 2 > 1, 2 = 2, 3 > 1, 3 > 2.
  assert.is(auc([2, 3, 1, 2], [1, 1, 0, 0]).auc, 3.5 / 4);
  // Positives pass 1.5 and 2 of 2 negatives, negatives are passed by 2 and 1.5 of 2 positives: variances of 1/8 each.
  assert.is(auc([2, 3, 1, 2], [1, 1, 0, 0]).aucError, Math.sqrt(2 * (1 / 8 / 8)));
});

test('one class only has no value but a reason', () => {
  assert.equal(auc([1, 2], [1, 1]), { auc: null, aucError: null, reason: 'no negative row' });
  assert.equal(auc([1, 2], [0, 0]), { auc: null, aucError: null, reason: 'no positive row' });
  assert.equal(auc([], []), { auc: null, aucError: null, reason: 'no rows' });
});

test('mistakes are errors', () => {
  assert.throws(() => auc([1], [1, 0]), /1 scores but 2 labels/);
  assert.throws(() => auc([1, Number.NaN], [1, 0]), /row 1/);
});

test('equals the count over all pairs, ties among them', () => {
  const draws = drawsFrom(3);
  for (let round = 0; round < 50; round++) {
    const labels = Array.from({ length: 60 }, () => (draws.uniform() < 0.3 ? 1 : 0));
    const scores = labels.map(() => Math.floor(draws.normal() * 4));
    let right = 0;
    let pairs = 0;
    for (let i = 0; i < 60; i++) {
      for (let j = 0; j < 60; j++) {
        if (labels[i] !== 1 || labels[j] !== 0) continue;
        pairs++;
        right += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0;
      }
    }
    assert.is(auc(scores, labels).auc, pairs === 0 ? null : right / pairs);
  }
});

test('keys sort as floats do, ties and signs and extremes among them', () => {
  const draws = drawsFrom(5);
  const special = [0, 0, 1e-45, -1e-45, 3.4e38, -3.4e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, 1, -1];
  const values = Float32Array.from([...special, ...Array.from({ length: 3000 }, () => draws.normal())]);
  const sorted = values.slice().sort();
  const keys = ascendingKeys(values);
  for (let i = 1; i < keys.length; i++) {
    assert.is(Math.sign(keys[i] - keys[i - 1]), sorted[i] > sorted[i - 1] ? 1 : 0, `${sorted[i - 1]}, ${sorted[i]}`);
  }
  assert.is(ascendingKeys(new Float32Array(0)).length, 0);
});

test.run();

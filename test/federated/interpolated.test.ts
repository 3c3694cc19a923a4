import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tf } from '../../lib/backend/tensorflow';
import { attend } from '../../lib/federated/rules/attend';
import { average } from '../../lib/federated/rules/average';
import { coordinate } from '../../lib/federated/rules/coordinate';
import { rateDefaults } from '../../lib/federated/rules/own-rate';
import { type TriedRule, tryRule } from '../../lib/federated/rules/try-rule';
import { conflictAverse, evenly } from '../../lib/multitask/conflict-averse';

const frozen = (initial: number) => ({ ...rateDefaults, initial, trained: false });
const clients = { a: { after: [[4, 0]], rows: 3 }, b: { after: [[0, 8]], rows: 1 } };
const free = ({ state }: TriedRule) => tf.dispose(Object.values(state?.tensors ?? {}));

test('movements count by rows where they are told to', () => {
  const rule = coordinate({ direction: 'mean', weights: 'rows', personalisation: 'none' });
  const tried = tryRule(rule, clients);
  assert.equal(tried.values, { a: [[3, 2]], b: [[3, 2]] });
  free(tried);
});

test('equal weights leave the conflict-averse direction as it was', () => {
  const gram = [
    [2, -1],
    [-1, 1],
  ];
  assert.equal(conflictAverse(gram, 0.4, evenly(2)), conflictAverse(gram, 0.4));
  // c = 0: the weighted mean itself.
  assert.equal(conflictAverse(gram, 0, [0.75, 0.25]), [0.75, 0.25]);
});

test('interpolation goes from training alone to the common direction', () => {
  const at = (rate: number) => {
    const rates = frozen(rate);
    const options = { direction: 'mean', weights: 'rows', personalisation: 'interpolated', rates } as const;
    const tried = tryRule(coordinate(options), clients);
    free(tried);
    return tried.values;
  };
  assert.equal(at(0), { a: [[4, 0]], b: [[0, 8]] });
  assert.equal(at(0.5), { a: [[3.5, 1]], b: [[1.5, 5]] });
  assert.equal(at(1), tryRule(average('rows'), clients).values);
});

test('a client that takes of the others does not count itself twice', () => {
  const options = { direction: 'mean', weights: 'rows', personalisation: 'others', rates: frozen(1) } as const;
  const tried = tryRule(coordinate(options), clients);
  assert.equal(tried.values, { a: [[4, 2]], b: [[3, 8]] });
  free(tried);
  const towers = tryRule(attend({ personalisation: 'others', rates: frozen(1), temperature: 1e6 }), clients);
  // Equal attention of one half each, the own half left out.
  const near = (matrix: readonly (readonly number[])[], wanted: number[]) =>
    assert.ok(
      matrix[0].every((value, k) => Math.abs(value - wanted[k]) < 1e-4),
      String(matrix),
    );
  near(towers.values.a, [4, 4]);
  near(towers.values.b, [2, 8]);
  free(towers);
});

test('an interpolated rate falls where a client goes its own way, and rises where it goes the common one', () => {
  const rates = { ...rateDefaults, initial: 0.5, learningRate: 0.1, momentum: 0, weightDecay: 0 };
  const rule = coordinate({ direction: 'mean', personalisation: 'interpolated', rates });
  const first = tryRule(rule, { a: { after: [[1, 0]] }, b: { after: [[0, 1]] } });
  // U − D is (−½, ½) for a and (½, −½) for b: both now train along a's own last direction.
  const second = tryRule(rule, { a: { after: [[1, -1]] }, b: { after: [[1, -1]] } }, first);
  const { a, b } = second.diagnostics.rates as Record<string, number[]>;
  assert.ok(Math.abs(a[0] - 0.4) < 1e-6 && Math.abs(b[0] - 0.6) < 1e-6, `${a} ${b}`);
  free(first);
  free(second);
});

test('towers interpolate and count rows alike', () => {
  const same = { a: { after: [[2]], rows: 3 }, b: { after: [[6]], rows: 1 } }; // cosine 1: attention is the rows' share
  const at = (rate: number, weights: 'rows' | 'equal') => {
    const tried = tryRule(attend({ weights, personalisation: 'interpolated', rates: frozen(rate) }), same);
    free(tried);
    return tried.values.a[0][0];
  };
  assert.ok(Math.abs(at(1, 'rows') - 3) < 1e-6);
  assert.ok(Math.abs(at(1, 'equal') - 4) < 1e-6);
  assert.ok(Math.abs(at(0.5, 'equal') - 3) < 1e-6);
  assert.ok(Math.abs(at(0, 'equal') - 2) < 1e-6);
});

test.run();

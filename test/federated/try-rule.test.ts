import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tf } from '../../lib/backend/tensorflow';
import { attend } from '../../lib/federated/rules/attend';
import { average } from '../../lib/federated/rules/average';
import { averageRows } from '../../lib/federated/rules/average-rows';
import { coordinate } from '../../lib/federated/rules/coordinate';
import { tryRule } from '../../lib/federated/rules/try-rule';

test('every rule can be tried on small matrices', () => {
  const clients = { NL: { after: [[1, 0]], rows: 3 }, ES: { after: [[5, 4]], rows: 1 } };
  assert.equal(tryRule(average('rows'), clients).values, { NL: [[2, 1]], ES: [[2, 1]] });
  assert.equal(tryRule(average('equal'), clients).bytes, { up: 16, down: 16 });
  const plain = tryRule(coordinate({ direction: 'mean', personalisation: 'none' }), clients);
  assert.equal(plain.values, { NL: [[3, 2]], ES: [[3, 2]] });
  assert.ok('conflicting' in plain.diagnostics);
  assert.equal(Object.keys(tryRule(attend(), clients).values), ['NL', 'ES']);
});

test('rows that a client did not touch are told apart', () => {
  const rows = (a: number, b: number) => [
    [a, 0],
    [0, b],
  ];
  const clients = { a: { after: rows(1, 0), touched: [0] }, b: { after: rows(3, 2) } };
  // Both touched the first row, one the second.
  assert.equal(tryRule(averageRows('touched-mean'), clients).values.a, rows(2, 2));
});

test('movements start from what was received', () => {
  const rule = coordinate({ direction: 'mean', personalisation: 'none' });
  const { values } = tryRule(rule, { a: { before: [[10]], after: [[11]] }, b: { before: [[20]], after: [[23]] } });
  assert.equal(values, { a: [[12]], b: [[22]] });
});

test('a second call goes on from the first, and no tensors are left but the state', () => {
  const rates = { initial: 0.5, trained: true, learningRate: 0.1, momentum: 0, weightDecay: 0 };
  const rule = coordinate({ direction: 'mean', rates });
  const same = { a: { after: [[1]] }, b: { after: [[1]] } };
  const before = tf.memory().numTensors;
  const first = tryRule(rule, same);
  const second = tryRule(rule, same, first);
  const third = tryRule(rule, { a: { after: [[-1]] }, b: { after: [[1]] } }, second);
  const rateOf = (tried: typeof first) => (tried.diagnostics.rates as Record<string, number[]>).a[0];
  // The client moves as the others did: it takes more of them. It moves against them: it takes less.
  assert.equal(
    [rateOf(first), rateOf(second), rateOf(third)].map((rate) => rate.toFixed(3)),
    ['0.500', '0.600', '0.500'],
  );
  for (const { state } of [first, second, third]) tf.dispose(Object.values(state?.tensors ?? {}));
  assert.is(tf.memory().numTensors, before);
});

test.run();

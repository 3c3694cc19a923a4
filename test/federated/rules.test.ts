import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tf } from '../../lib/backend/tensorflow';
import { average } from '../../lib/federated/rules/average';
import { averageRows } from '../../lib/federated/rules/average-rows';
import type { ClientUpdate, GroupUpdate } from '../../lib/federated/rules/rule';
import { numbersOf } from './fixtures';

function update(clients: Omit<ClientUpdate, 'client'>[], shape: number[]): GroupUpdate {
  return {
    group: 'g',
    round: 1,
    parameters: [{ name: 'p', group: 'g', shape, initial: { value: 0 }, byRows: shape.length === 2 }],
    clients: clients.map((client, i) => ({ client: `c${i}`, ...client })),
  };
}

const dense = update(
  [
    { rows: 30, before: { p: tf.tensor1d([0, 0]) }, after: { p: tf.tensor1d([1, 4]) }, touched: {} },
    { rows: 10, before: { p: tf.tensor1d([0, 0]) }, after: { p: tf.tensor1d([5, 0]) }, touched: {} },
  ],
  [2],
);

test('the mean is weighted by rows', () => {
  const { values, bytes } = average('rows').apply(dense, undefined);
  assert.equal(numbersOf(values[0].p), [2, 3]);
  assert.equal(numbersOf(values[1].p), [2, 3]);
  assert.equal(bytes, { up: 2 * 8, down: 2 * 8 });
});

test('the mean counts clients equally when told so', () => {
  assert.equal(numbersOf(average('equal').apply(dense, undefined).values[0].p), [3, 2]);
});

test('clients with equal values keep them', () => {
  const same = { p: tf.tensor1d([0.1, -7]) };
  const clients = [3, 5].map((rows) => ({ rows, before: same, after: same, touched: {} }));
  const next = numbersOf(average('rows').apply(update(clients, [2]), undefined).values[0].p);
  next.forEach((value, i) => {
    assert.ok(Math.abs(value - numbersOf(same.p)[i]) < 1e-6);
  });
});

/** Four rows of width 1: row 0 is touched by both, row 1 by the first, row 2 by the second, row 3 by nobody. */
const table = update(
  [
    {
      rows: 30,
      before: { p: tf.tensor2d([[10], [20], [30], [40]]) },
      after: { p: tf.tensor2d([[12], [21], [30], [40]]) },
      touched: { p: Int32Array.of(0, 1) },
    },
    {
      rows: 10,
      before: { p: tf.tensor2d([[10], [20], [30], [40]]) },
      after: { p: tf.tensor2d([[14], [20], [29], [40]]) },
      touched: { p: Int32Array.of(0, 2) },
    },
  ],
  [4, 1],
);

test('a row moves by the mean of those who touched it', () => {
  const { values, bytes } = averageRows('touched-mean').apply(table, undefined);
  assert.equal(numbersOf(values[0].p), [13, 21, 29, 40]);
  assert.equal(values[1].p, values[0].p);
  assert.equal(bytes, { up: 4 * 8, down: 2 * 3 * 8 });
});

test('a row moves by the sum over the root of their number', () => {
  const [shared, ...others] = numbersOf(averageRows('touched-sqrt').apply(table, undefined).values[0].p);
  assert.ok(Math.abs(shared - (10 + 6 / Math.sqrt(2))) < 1e-5);
  assert.equal(others, [21, 29, 40]);
});

test.run();

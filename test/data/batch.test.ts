import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { permutation } from '../../lib/backend/random';
import { batcher, disposeBatch } from '../../lib/data/batch';
import { clientPerScenario, pooledClient, scenarioField } from '../../lib/data/pool';
import { rowStream } from '../../lib/data/row-stream';
import type { IdColumn, Split } from '../../lib/data/types';
import { datasetOf, numbersOf, randomSplit } from '../federated/fixtures';

const split = randomSplit(60, 3);
const sizes = [7, 42];

test('positions lead back to every id of the batch, field after field', () => {
  const batches = batcher(sizes);
  for (const rows of [Int32Array.of(5, 5, 17), Int32Array.from({ length: 40 }, (_, i) => i)]) {
    const batch = batches.train(split, rows);
    const touched = batch.touched?.rows ?? new Int32Array();
    const positions = numbersOf(batch.lookup.positions);
    rows.forEach((row, i) => {
      assert.is(touched[positions[2 * i]], split.ids[0][row]);
      assert.is(touched[positions[2 * i + 1]], sizes[0] + split.ids[1][row]);
    });
    assert.is(new Set(touched).size, touched.length);
    const [, second] = batch.lookup.fieldStarts;
    assert.ok(touched.every((row, i) => row < sizes[0] === i < second));
    assert.equal(numbersOf(batch.labels).slice(0, 2), [split.labels[0][rows[0]], split.labels[1][rows[0]]]);
    assert.equal(numbersOf(batch.numbers).slice(0, 2), [split.numbers[0][rows[0]], split.numbers[1][rows[0]]]);
    disposeBatch(batch);
  }
});

test('a batch holds the values of its rows, whatever the types of the columns', () => {
  const rows = 300;
  const column = <T>(make: (length: number) => T & { [place: number]: number }, seed: number, size: number): T => {
    const values = make(rows);
    permutation(rows, seed).forEach((place, row) => {
      values[row] = place % size;
    });
    return values;
  };
  const bytes = (length: number) => new Uint8Array(length);
  const floats = (length: number) => new Float32Array(length);
  const widths = [bytes, (length: number) => new Uint16Array(length), (length: number) => new Int32Array(length)];
  for (const [seed, widest] of widths.entries()) {
    for (const numbers of [0, 1, 5]) {
      const mixed: Split = {
        rows,
        ids: [column(bytes, 1, 9), column<IdColumn>(widest, 2, 250), column(bytes, 3, 2)],
        numbers: Array.from({ length: numbers }, (_, j) => column(floats, 10 + j, 100)),
        labels: [column(bytes, 20, 2), column(bytes, 21, 2)],
        known: [new Uint8Array(rows).fill(1), column(bytes, 22, 2)],
      };
      const taken = permutation(rows, seed).subarray(0, 200); // more than are copied together
      const fieldSizes = [9, 70_000, 2];
      const batch = batcher(fieldSizes).train(mixed, taken);
      const flat = (columns: readonly ArrayLike<number>[]) =>
        [...taken].flatMap((row) => columns.map((values) => values[row]));
      const starts = [0, 9, 70_009];
      const found = numbersOf(batch.lookup.positions).map(
        (slot, place) => batch.touched!.rows[slot] - starts[place % 3],
      );
      assert.equal(found, flat(mixed.ids));
      assert.equal(numbersOf(batch.numbers), flat(mixed.numbers));
      assert.equal(batch.numbers.shape, [200, numbers]);
      assert.equal(numbersOf(batch.labels), flat(mixed.labels));
      const [all, some] = mixed.known!;
      assert.equal(
        numbersOf(batch.weights!),
        [...taken].flatMap((row) => [all[row], some[row]].map((own) => Math.fround(own / (1 + some[row]) / 200))),
      );
      disposeBatch(batch);
    }
  }
});

test('predicting reads the whole table', () => {
  const batch = batcher(sizes).predict(split, 10, 12);
  const expected = [10, 11].flatMap((row) => [split.ids[0][row], sizes[0] + split.ids[1][row]]);
  assert.equal(numbersOf(batch.lookup.positions), expected);
  assert.is(batch.lookup.rows, 49);
  assert.equal(
    numbersOf(batch.numbers),
    [10, 11].flatMap((row) => split.numbers.map((column) => column[row])),
  );
  assert.equal(
    numbersOf(batch.labels),
    [10, 11].flatMap((row) => split.labels.map((column) => column[row])),
  );
  disposeBatch(batch);
});

test('a stream visits every row once a pass, and goes on exactly', () => {
  const stream = rowStream(10, 4);
  const passes = [...stream.next(7), ...stream.next(7), ...stream.next(6)];
  const all = Array.from({ length: 10 }, (_, i) => i);
  for (const pass of [passes.slice(0, 10), passes.slice(10)]) {
    assert.equal(
      [...pass].sort((a, b) => a - b),
      all,
    );
  }
  assert.not.equal(passes.slice(0, 10), passes.slice(10));

  stream.next(3);
  const state = stream.state();
  const next = stream.next(12);
  const resumed = rowStream(10, 4);
  resumed.restore(state);
  assert.equal(resumed.next(12), next);
  assert.not.equal(rowStream(10, 5).next(10), rowStream(10, 4).next(10));
});

test('a batch larger than the data takes rows again', () => {
  const taken = rowStream(3, 1).next(7);
  assert.is(taken.length, 7);
  assert.equal([...new Set(taken)].sort(), [0, 1, 2]);
});

test('pooling keeps every row and marks where it comes from', () => {
  const dataset = datasetOf({ a: randomSplit(30, 1), b: randomSplit(20, 2) }, ['click', 'buy']);
  const pooled = pooledClient(dataset);
  assert.is(pooled.train.rows, 50);
  assert.equal([...pooled.train.ids[2]], [...Array(30).fill(2), ...Array(20).fill(3)]);
  assert.equal([...pooled.train.ids[0].subarray(30)], [...dataset.scenarios[1].splits.train.ids[0]]);
  assert.equal(
    pooled.scenarios.map(({ name, trainRows, test }) => [name, trainRows, test.ids[2][0]]),
    [
      ['a', 30, 2],
      ['b', 20, 3],
    ],
  );
  assert.is(scenarioField(dataset).size, 4);
  assert.is(clientPerScenario(dataset).length, 2);
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { withKernels } from '../../lib/backend/kernels';
import { topPlaces, topPlacesPortable } from '../../lib/backend/operations/top-places';
import { type Tensor2D, tf } from '../../lib/backend/tensorflow';
import { random } from './compare';

test('places of the highest numbers: by hand, with ties, places left out and rows that end early', () => {
  const before = liveTensors();
  const scores = tf.tensor2d([
    [1, 5, 5, 2, 5],
    [0, 0, 0, 0, 0],
    [-1, -2, -3, -4, -5],
  ]);
  const leftOut = [Int32Array.of(1), Int32Array.of(0, 1, 2, 3), Int32Array.of(0, 4)];
  for (const kernels of [true, false]) {
    const found = withKernels(kernels, () => topPlaces(scores, leftOut, 3));
    assert.equal(Array.from(found), [...[2, 4, 3], ...[4, -1, -1], ...[1, 2, 3]]);
  }
  scores.dispose();
  assert.is(liveTensors(), before);
});

test('places of the highest numbers: as a sort gives them', () => {
  const before = liveTensors();
  for (const [rows, width, count] of [
    [1, 1, 1],
    [7, 63, 5],
    [20, 500, 40],
    [3, 130, 200],
  ]) {
    const scores = tf.tidy(() => tf.round(tf.mul(random([rows, width], rows), 3)) as Tensor2D); // many ties
    const leftOut = Array.from({ length: rows }, (_, row) =>
      Int32Array.from({ length: width }, (__, place) => place).filter((place) => (place * 7 + row) % 5 === 0),
    );
    const lines = scores.arraySync();
    const wanted = lines.flatMap((line, row) => {
      const order = line.map((_, place) => place).filter((place) => !leftOut[row].includes(place));
      order.sort((a, b) => line[b] - line[a] || a - b);
      return Array.from({ length: count }, (_, k) => order[k] ?? -1);
    });
    assert.equal(Array.from(topPlaces(scores, leftOut, count)), wanted);
    assert.equal(Array.from(topPlacesPortable(scores, leftOut, count)), wanted);
    scores.dispose();
  }
  assert.is(liveTensors(), before);
});

test.run();

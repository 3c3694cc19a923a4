import { execute, integer } from '../execute';
import { kernelsInUse } from '../kernels';
import { type Tensor2D, tf } from '../tensorflow';

/**
 * Places of the highest numbers of every row, highest first; of equal ones the earlier first.
 *
 * @param scores `[rows, any]`, finite
 * @param leftOut by row, places that do not count, ascending
 * @returns `[rows, count]`, row after row; −1 behind the last, where fewer are left
 */
export function topPlaces(scores: Tensor2D, leftOut: readonly Int32Array[], count: number): Int32Array {
  if (!kernelsInUse()) return topPlacesPortable(scores, leftOut, count);
  const starts = new Int32Array(leftOut.length + 1);
  leftOut.forEach((own, row) => {
    starts[row + 1] = starts[row] + own.length;
  });
  const all = new Int32Array(starts[leftOut.length]);
  leftOut.forEach((own, row) => {
    all.set(own, starts[row]);
  });
  // The numbers leave the tensor outside of `tidy`, which would look through what it returns, number by number.
  const places = tf.tidy(() =>
    execute(
      'PfTopPlaces',
      [integer('count', count)],
      [scores, tf.tensor1d(starts, 'int32'), tf.tensor1d(all, 'int32')],
    ),
  );
  const found = Int32Array.from(places.dataSync());
  places.dispose();
  return found;
}

/** What {@link topPlaces} computes, without a kernel. */
export function topPlacesPortable(scores: Tensor2D, leftOut: readonly Int32Array[], count: number): Int32Array {
  const [rows, width] = scores.shape;
  const numbers = Float32Array.from(scores.dataSync());
  const found = new Int32Array(rows * count).fill(-1);
  for (let row = 0; row < rows; row++) {
    const line = numbers.subarray(row * width, (row + 1) * width);
    for (const place of leftOut[row]) line[place] = Number.NEGATIVE_INFINITY;
    keepBest(line, found.subarray(row * count, (row + 1) * count));
  }
  return found;
}

/** Writes the places of the highest numbers into `best`. */
function keepBest(numbers: Float32Array, best: Int32Array): void {
  const count = best.length;
  const values = new Float32Array(count).fill(Number.NEGATIVE_INFINITY);
  let least = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at];
    if (!(number > least)) continue; // an equal one that comes later does not push out an earlier one
    let place = count - 1;
    for (; place > 0 && number > values[place - 1]; place--) {
      values[place] = values[place - 1];
      best[place] = best[place - 1];
    }
    values[place] = number;
    best[place] = at;
    least = values[count - 1];
  }
}

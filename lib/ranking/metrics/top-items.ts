import { topPlaces } from '../../backend/operations/top-places';
import { type Tensor2D, tf } from '../../backend/tensorflow';

/** Vectors whose inner products are scores, row by row: `[users, width]` and `[items, width]`. */
export interface ScoringVectors {
  readonly userVectors: Float32Array;
  readonly itemVectors: Float32Array;
  readonly width: number;
}

/** Scores that are computed at a time: 4 MB, which stay near the processor (32 MB take twice as long [measured]) … */
const BLOCK = 1 << 20;

/** … but of no fewer users than this, as every block reads the vectors of all items. */
const LEAST_USERS = 32;

/**
 * The items with the highest scores of each of some users, best first; of equal scores, the smaller item number first.
 *
 * Exact: every item is scored, as a product of a block of users with all items, and one pass over a user's scores keeps
 * the best. Scores are float32, as TensorFlow computes them.
 *
 * @param users numbers of the users that are asked for
 * @param excluded items that a user must not get, by number of the user
 * @param count how many items
 * @returns `[users, count]`; −1 behind a user's last item, where fewer are left
 * @throws RangeError where a vector has another length than it should, or a number that is not finite.
 */
export function topItems(
  { userVectors, itemVectors, width }: ScoringVectors,
  users: Int32Array,
  excluded: (user: number) => Int32Array,
  count: number,
): Int32Array {
  checkVectors('userVectors', userVectors, width);
  checkVectors('itemVectors', itemVectors, width);
  const items = itemVectors.length / width;
  const block = Math.max(LEAST_USERS, Math.floor(BLOCK / Math.max(1, items)));
  const found = new Int32Array(users.length * count);
  const itemTensor = tf.tensor2d(itemVectors, [items, width]);
  try {
    for (let start = 0; start < users.length; start += block) {
      const own = users.subarray(start, start + block);
      const rows = new Float32Array(own.length * width);
      own.forEach((user, k) => {
        rows.set(userVectors.subarray(user * width, (user + 1) * width), k * width);
      });
      const leftOut = Array.from(own, excluded);
      const scores = tf.tidy(() =>
        tf.matMul<Tensor2D>(tf.tensor2d(rows, [own.length, width]), itemTensor, false, true),
      );
      found.set(topPlaces(scores, leftOut, count), start * count);
      scores.dispose();
    }
  } finally {
    itemTensor.dispose();
  }
  return found;
}

function checkVectors(name: string, vectors: Float32Array, width: number): void {
  if (!Number.isInteger(width) || width < 1)
    throw new RangeError(`width is ${width}: it must be a whole number above 0`);
  if (vectors.length % width !== 0) {
    throw new RangeError(`${name}: ${vectors.length} numbers are not whole vectors of width ${width}`);
  }
  const wrong = vectors.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return;
  throw new RangeError(
    `${name}: vector ${Math.floor(wrong / width)} holds ${vectors[wrong]}; did the training diverge?`,
  );
}

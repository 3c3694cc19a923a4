import { type Tensor, tf } from '../../backend/tensorflow';

/** Terms that exist at the same time. */
const TOGETHER = 8;

/** The sum of terms that are made when they are needed: never more than a few of them are in memory. */
export function sumOf(count: number, term: (i: number) => Tensor): Tensor {
  let sum: Tensor | undefined;
  for (let from = 0; from < count; from += TOGETHER) {
    const last = sum;
    sum = tf.tidy(() => {
      const terms = Array.from({ length: Math.min(TOGETHER, count - from) }, (_, i) => term(from + i));
      return tf.addN(last ? [last, ...terms] : terms);
    });
    last?.dispose();
  }
  if (!sum) throw new Error('There is nothing to sum up.');
  return sum;
}

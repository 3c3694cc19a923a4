import { execute, integer } from '../execute';
import { kernelsInUse } from '../kernels';
import { type Tensor, tf } from '../tensorflow';

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

/**
 * Σ weight · tensor over tensors of one shape, without a copy of any of them; a weight may be a tensor that spreads over
 * its own. For the server, without a gradient.
 */
export function weightedSum(tensors: readonly Tensor[], weights: readonly (number | Tensor)[]): Tensor {
  const numbers = weights.filter((weight): weight is number => typeof weight === 'number');
  if (!kernelsInUse() || numbers.length < weights.length) return weightedSumPortable(tensors, weights);
  return tf.tidy(() => execute('PfWeightedSum', [integer('N', tensors.length)], [...tensors, tf.tensor1d(numbers)]));
}

/** What {@link weightedSum} computes, in plain TensorFlow.js. */
export function weightedSumPortable(tensors: readonly Tensor[], weights: readonly (number | Tensor)[]): Tensor {
  return sumOf(tensors.length, (i) => tf.mul(tensors[i], weights[i]));
}

/** Inner products of two tensors, one per expert: `[…, experts, …]` twice → `[experts]`. */
export function innerProducts(x: Tensor, y: Tensor, expertAxis: number): Tensor {
  if (!kernelsInUse()) return innerProductsPortable(x, y, expertAxis);
  const [, experts, inner] = lengthsAround(x.shape, expertAxis);
  return execute('PfInnerProducts', [integer('experts', experts), integer('inner', inner)], [x, y]);
}

/** What {@link innerProducts} computes, in plain TensorFlow.js. */
export function innerProductsPortable(x: Tensor, y: Tensor, expertAxis: number): Tensor {
  // Axis by axis: summing over both at once is twenty times slower [measured].
  return tf.tidy(() => tf.sum(tf.sum(tf.mul(x, y).reshape(lengthsAround(x.shape, expertAxis)), 2), 0));
}

/** What stands before an axis, along it and behind it. */
export function lengthsAround(shape: readonly number[], axis: number): [outer: number, experts: number, inner: number] {
  const product = (lengths: readonly number[]) => lengths.reduce((all, length) => all * length, 1);
  return [product(shape.slice(0, axis)), shape[axis], product(shape.slice(axis + 1))];
}

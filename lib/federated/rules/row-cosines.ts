import { type Tensor, tf } from '../../backend/tensorflow';

/** cos of the rows of two matrices `[rows, elements]`; 0 where a row is all zeros. */
export function rowCosines(a: Tensor, b: Tensor): number[] {
  const products = (x: Tensor, y: Tensor) => tf.matMul(tf.expandDims(x, 1), tf.expandDims(y, 2)).reshape([-1]);
  const norms = tf.sqrt(tf.mul(products(a, a), products(b, b)));
  return Array.from(tf.divNoNan(products(a, b), norms).dataSync());
}

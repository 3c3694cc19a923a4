import { execute, executeMany, integer } from '../execute';
import { kernelsInUse } from '../kernels';
import { type Tensor, tf } from '../tensorflow';
import { withGradient } from './gradient';

/**
 * Sum of squared differences over a list of pairs of tensors of equal shape → scalar: how far a model is from another,
 * for proximal terms. Summed in double precision, without a copy of the differences.
 */
export function squaredDistance(pairs: readonly (readonly [Tensor, Tensor])[]): Tensor {
  if (pairs.length === 0) return tf.scalar(0);
  if (!kernelsInUse()) return squaredDistancePortable(pairs);
  const count = pairs.length;
  const attributes = [integer('N', count)];
  return withGradient(
    [...pairs.map(([a]) => a), ...pairs.map(([, b]) => b)],
    (...inputs) => ({ value: execute('PfSquaredDistance', attributes, inputs), kept: inputs }),
    (dy, inputs) => {
      const ofFirst = executeMany('PfSquaredDistanceGradient', attributes, [...inputs, dy], count);
      return [...ofFirst, ...ofFirst.map((gradient) => tf.neg(gradient))];
    },
  );
}

/** What {@link squaredDistance} computes, in plain TensorFlow.js. */
export function squaredDistancePortable(pairs: readonly (readonly [Tensor, Tensor])[]): Tensor {
  return tf.addN(pairs.map(([a, b]) => tf.sum(tf.square(tf.sub(a, b)))));
}

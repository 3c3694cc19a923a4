import { type Tensor, tf } from '../tensorflow';
import { withGradient } from './gradient';

/**
 * One linear map per group: `[batch, groups, inputs] × [groups, inputs, outputs]` → `[batch, groups, outputs]`.
 *
 * Groups are experts or towers. The batch axis stays first outside, as batch normalisation wants it, and one
 * transposed copy serves forward and backward.
 */
export function groupedLinear(x: Tensor, weight: Tensor): Tensor {
  return withGradient(
    [x, weight],
    (x, w) => {
      const byGroup = tf.transpose(x, [1, 0, 2]);
      return { value: tf.transpose(tf.matMul(byGroup, w), [1, 0, 2]), kept: [byGroup, w] };
    },
    (dy, [byGroup, w]) => {
      const dyByGroup = tf.transpose(dy, [1, 0, 2]);
      const dx = tf.transpose(tf.matMul(dyByGroup, w, false, true), [1, 0, 2]);
      return [dx, tf.matMul(byGroup, dyByGroup, true, false)];
    },
  );
}

/** What {@link groupedLinear} computes, in plain TensorFlow.js. */
export function groupedLinearPortable(x: Tensor, weight: Tensor): Tensor {
  return tf.transpose(tf.matMul(tf.transpose(x, [1, 0, 2]), weight), [1, 0, 2]);
}

import { type Tensor, tf } from '../tensorflow';
import { withGradient } from './gradient';

/**
 * Binary cross-entropy of logits, averaged over tasks and rows: `[batch, tasks]`, `[batch, tasks]` → scalar, in nats.
 *
 * Computed from logits, so that a confident wrong answer stays finite.
 */
export function logisticLoss(logits: Tensor, labels: Tensor): Tensor {
  return withGradient(
    [logits, labels],
    (z, y) => ({ value: tf.mean(tf.sub(tf.softplus(z), tf.mul(z, y))), kept: [z, y] }),
    (dy, [z, y]) => [tf.mul(tf.sub(tf.sigmoid(z), y), tf.div(dy, z.size)), tf.zerosLike(y)],
  );
}

/** What {@link logisticLoss} computes, in plain TensorFlow.js. */
export function logisticLossPortable(logits: Tensor, labels: Tensor): Tensor {
  const stable = tf.add(tf.relu(logits), tf.log1p(tf.exp(tf.neg(tf.abs(logits)))));
  return tf.mean(tf.sub(stable, tf.mul(logits, labels)));
}

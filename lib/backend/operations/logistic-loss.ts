import { type Tensor, tf } from '../tensorflow';
import { withGradient } from './gradient';

/**
 * Binary cross-entropy of logits, averaged over tasks and rows: `[batch, tasks]`, `[batch, tasks]` → scalar, in nats.
 *
 * Computed from logits, so that a confident wrong answer stays finite.
 *
 * @param weights `[batch, tasks]`, in place of the mean: what each label counts, 0 where it is not known
 */
export function logisticLoss(logits: Tensor, labels: Tensor, weights?: Tensor): Tensor {
  if (weights) return weightedLoss(logits, labels, weights);
  return withGradient(
    [logits, labels],
    (z, y) => ({ value: tf.mean(tf.sub(tf.softplus(z), tf.mul(z, y))), kept: [z, y] }),
    (dy, [z, y]) => [tf.mul(tf.sub(tf.sigmoid(z), y), tf.div(dy, z.size)), tf.zerosLike(y)],
  );
}

function weightedLoss(logits: Tensor, labels: Tensor, weights: Tensor): Tensor {
  return withGradient(
    [logits, labels, weights],
    (z, y, w) => ({ value: tf.sum(tf.mul(w, tf.sub(tf.softplus(z), tf.mul(z, y)))), kept: [z, y, w] }),
    (dy, [z, y, w]) => [tf.mul(tf.sub(tf.sigmoid(z), y), tf.mul(w, dy)), tf.zerosLike(y), tf.zerosLike(w)],
  );
}

/** What {@link logisticLoss} computes, in plain TensorFlow.js. */
export function logisticLossPortable(logits: Tensor, labels: Tensor, weights?: Tensor): Tensor {
  const stable = tf.add(tf.relu(logits), tf.log1p(tf.exp(tf.neg(tf.abs(logits)))));
  const each = tf.sub(stable, tf.mul(logits, labels));
  return weights ? tf.sum(tf.mul(each, weights)) : tf.mean(each);
}

import { executeMany } from '../execute';
import { kernelsInUse } from '../kernels';
import { type Tensor, tf } from '../tensorflow';
import { withGradient } from './gradient';

/**
 * Binary cross-entropy of logits, averaged over tasks and rows: `[batch, tasks]`, `[batch, tasks]` → scalar, in nats.
 *
 * Computed from logits, so that a confident wrong answer stays finite. Labels are constants: they have no gradient.
 *
 * @param weights `[batch, tasks]`, in place of the mean: what each label counts, 0 where it is not known
 */
export function logisticLoss(logits: Tensor, labels: Tensor, weights?: Tensor): Tensor {
  if (!kernelsInUse()) return logisticLossPortable(logits, labels, weights);
  return withGradient(
    [logits],
    (z) => {
      const counts = weights ?? tf.scalar(1 / z.size);
      const [value, gradient] = executeMany('PfLogisticLoss', [], [z, labels, counts], 2);
      return { value, kept: [gradient] };
    },
    (dy, [gradient]) => [tf.mul(gradient, dy)],
  );
}

/** What {@link logisticLoss} computes, in plain TensorFlow.js. */
export function logisticLossPortable(logits: Tensor, labels: Tensor, weights?: Tensor): Tensor {
  const stable = tf.add(tf.relu(logits), tf.log1p(tf.exp(tf.neg(tf.abs(logits)))));
  const each = tf.sub(stable, tf.mul(logits, labels));
  return weights ? tf.sum(tf.mul(each, weights)) : tf.mean(each);
}

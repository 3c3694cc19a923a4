import { executeMany } from '../execute';
import { kernelsInUse } from '../kernels';
import { type Tensor, tf } from '../tensorflow';
import { withGradient } from './gradient';

/**
 * Expert outputs mixed per task by softmax gates: gate logits `[batch, tasks, experts]` and experts
 * `[own × experts, batch, units]` → `[tasks, batch, units]`.
 *
 * `own` is 1 where all tasks mix the same outputs, and the number of tasks where each has its own.
 */
export function gatedMixture(gateLogits: Tensor, experts: Tensor): Tensor {
  if (!kernelsInUse()) return gatedMixturePortable(gateLogits, experts);
  return withGradient(
    [gateLogits, experts],
    (logits, experts) => {
      const [value, gates] = executeMany('PfMixture', [], [logits, experts], 2);
      return { value, kept: [gates, experts] };
    },
    (dy, [gates, experts]) => executeMany('PfMixtureGradient', [], [dy, gates, experts], 2),
  );
}

/** What {@link gatedMixture} computes, in plain TensorFlow.js. */
export function gatedMixturePortable(gateLogits: Tensor, experts: Tensor): Tensor {
  const [, tasks, count] = gateLogits.shape;
  const [groups, batch, units] = experts.shape;
  const gates = tf.softmax(gateLogits);
  if (groups === count) return tf.transpose(tf.matMul(gates, tf.transpose(experts, [1, 0, 2])), [1, 0, 2]);
  const own = tf.transpose(experts.reshape([tasks, count, batch, units]), [0, 2, 1, 3]);
  const byTask = tf.transpose(gates, [1, 0, 2]).reshape([tasks, batch, 1, count]);
  return tf.matMul(byTask, own).reshape([tasks, batch, units]);
}

import { execute, executeMany } from '../execute';
import { kernelsInUse } from '../kernels';
import { type Tensor, type Tensor2D, tf } from '../tensorflow';
import { withGradient } from './gradient';

/** One logit per task: hidden units `[tasks, batch, units]`, weight `[tasks, units]`, bias `[tasks]` → `[batch, tasks]`. */
export function taskLogits(hidden: Tensor, weight: Tensor, bias: Tensor): Tensor2D {
  if (!kernelsInUse()) return taskLogitsPortable(hidden, weight, bias);
  return withGradient(
    [hidden, weight, bias],
    (hidden, weight, bias) => ({
      value: execute('PfTaskLogits', [], [hidden, weight, bias]),
      kept: [hidden, weight],
    }),
    (dy, [hidden, weight]) => executeMany('PfTaskLogitsGradient', [], [dy, hidden, weight], 3),
  ) as Tensor2D;
}

/** What {@link taskLogits} computes, in plain TensorFlow.js. */
export function taskLogitsPortable(hidden: Tensor, weight: Tensor, bias: Tensor): Tensor2D {
  const logits = tf.squeeze(tf.matMul(hidden, tf.expandDims(weight, 2)), [2]);
  return tf.add(tf.transpose(logits), bias) as Tensor2D;
}

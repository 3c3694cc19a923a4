import { normRelu, normReluDropout } from '../backend/operations/norm-relu-dropout';
import { type Tensor, type Tensor2D, tf } from '../backend/tensorflow';
import type { Pass } from './model';
import type { Parameter, Values } from './parameter';

/** The parameters of batch normalisation over a shape such as `[experts, units]`, all in the group `norm`. */
export function normParameters(layer: string, shape: readonly number[], axis: Partial<Parameter>): Parameter[] {
  const part = (name: string, value: number, trainable: boolean): Parameter => ({
    name: `${layer}.${name}`,
    group: 'norm',
    shape,
    initial: { value },
    trainable,
    ...axis,
  });
  return [part('scale', 1, true), part('shift', 0, true), part('mean', 0, false), part('variance', 1, false)];
}

/**
 * Batch normalisation, ReLU and dropout of what a linear map gave: `[batch, …units]` → the same shape.
 *
 * The linear map before it has no bias: normalisation removes it, its gradient is rounding noise, and Adam would
 * turn that noise into a random walk which averaged models then carry into prediction [choice].
 */
export function normReluLayer(values: Values, layer: string, x: Tensor, dropout: number, pass: Pass): Tensor {
  const flat = x.reshape([x.shape[0], -1]) as Tensor2D;
  const part = (name: string) => values[`${layer}.${name}`].reshape([-1]);
  const result = pass.training
    ? normReluDropout(
        flat,
        part('scale'),
        part('shift'),
        { rate: dropout, seed: pass.dropoutSeed(layer) },
        (...batch) => pass.statistics(layer, ...batch),
      )
    : normRelu(flat, part('scale'), part('shift'), part('mean'), part('variance'));
  return result.reshape(x.shape);
}

/**
 * A weighted mean of expert outputs per task: gates `[batch, tasks, experts]` and experts
 * `[batch, tasks or 1, experts, units]` → `[batch, tasks, units]`.
 */
export function mixture(gateLogits: Tensor, experts: Tensor): Tensor {
  const gates = tf.softmax(gateLogits);
  const [batch, own, count, units] = experts.shape;
  if (own === 1) return tf.matMul(gates, experts.reshape([batch, count, units]));
  return tf.matMul(tf.expandDims(gates, 2), experts).reshape([batch, own, units]);
}

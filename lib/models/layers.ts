import { normRelu, normReluDropout } from '../backend/operations/norm-relu-dropout';
import type { Tensor } from '../backend/tensorflow';
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
 * Batch normalisation, ReLU and dropout of what a linear map gave.
 *
 * A layer of one group has parameters `[units]`: `[batch, units]` → the same shape. A layer of several groups (experts,
 * towers) has parameters `[…groups, units]`: `[batch, groups × units]` or `[groups, batch, units]` → the latter.
 *
 * The linear map before it has no bias: normalisation removes it, its gradient is rounding noise, and Adam would
 * turn that noise into a random walk which averaged models then carry into prediction [choice].
 */
export function normReluLayer(values: Values, layer: string, x: Tensor, dropout: number, pass: Pass): Tensor {
  const part = (name: string) => values[`${layer}.${name}`];
  if (!pass.training) return normRelu(x, part('scale'), part('shift'), part('mean'), part('variance'));
  const drawn = { rate: dropout, seed: pass.dropoutSeed(layer) };
  return normReluDropout(x, part('scale'), part('shift'), drawn, (...batch) => pass.statistics(layer, ...batch));
}

export { addLowRank } from '../backend/operations/add-low-rank';
export { gatedMixture } from '../backend/operations/gated-mixture';
export { groupedLinear } from '../backend/operations/grouped-linear';
export { taskLogits } from '../backend/operations/task-logits';

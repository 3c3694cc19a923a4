import { bool, execute, type } from '../execute';
import { type Tensor, tf } from '../tensorflow';
import { withGradient } from './gradient';

/**
 * One linear map per group: `[groups, batch, inputs] × [maps, inputs, units]` → `[groups, batch, units]`.
 *
 * Groups are experts or towers. There may be fewer maps than groups: then group g has map g mod `maps`, as the experts
 * of all tasks have where they share their weights.
 */
export function groupedLinear(x: Tensor, weight: Tensor): Tensor {
  const [groups, batch, inputs] = x.shape;
  const [maps, , units] = weight.shape;
  // With one map the groups are one long batch. (TensorFlow's product also crashes where it spreads a single matrix.)
  const sets = maps === 1 ? 1 : groups / maps;
  const leading = maps === 1 ? [1, groups * batch] : sets === 1 ? [groups, batch] : [sets, maps, batch];
  const split = (tensor: Tensor, last: number) => tensor.reshape([...leading, last]);
  const merged = (tensor: Tensor, last: number) => tensor.reshape([groups, batch, last]);
  return withGradient(
    [x, weight],
    (x, w) => ({ value: merged(product(split(x, inputs), w), units), kept: [x, w] }),
    (dy, [x, w]) => {
      const dySplit = split(dy, units);
      const dx = merged(product(dySplit, w, false, true), inputs);
      const perSet = product(split(x, inputs), dySplit, true);
      return [dx, sets === 1 ? perSet : tf.sum(perSet, 0)];
    },
  );
}

/** Matrix products along leading axes, which spread over each other where one of them lacks an axis. */
function product(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  return execute('BatchMatMulV2', [type('T', 'float32'), bool('adj_x', transposeA), bool('adj_y', transposeB)], [a, b]);
}

/** What {@link groupedLinear} computes, in plain TensorFlow.js. */
export function groupedLinearPortable(x: Tensor, weight: Tensor): Tensor {
  return tf.matMul(x, tf.tile(weight, [x.shape[0] / weight.shape[0], 1, 1]));
}

import { bool, executeMany, integer } from '../execute';
import { kernelsInUse } from '../kernels';
import { type Tensor, tf } from '../tensorflow';
import { withGradient } from './gradient';

/**
 * Adds a part of low rank to what a linear layer gave: base + left · right, per group (task and expert).
 *
 * `right` is `[groups, rank, units]`. Behind the first layer, `base` is `[batch, own × units]` and `left`
 * `[batch, groups × rank]`; behind the others they are `[own, batch, units]` and `[groups, batch, rank]`. There may be
 * fewer bases than groups, `own` of them: then group g has base g mod `own`.
 *
 * @returns `[groups, batch, units]`
 */
export function addLowRank(base: Tensor, left: Tensor, right: Tensor): Tensor {
  if (!kernelsInUse()) return addLowRankPortable(base, left, right);
  const grouped = base.rank === 3;
  const own = grouped ? base.shape[0] : (base.shape[1] as number) / (right.shape[2] as number);
  const attributes = [integer('own', own), bool('grouped', grouped)];
  return withGradient(
    [base, left, right],
    (base, left, right) => ({
      value: executeMany('PfAddLowRank', attributes, [base, left, right], 1)[0],
      kept: [left, right],
    }),
    (dy, [left, right]) => executeMany('PfAddLowRankGradient', attributes, [dy, left, right], 3),
  );
}

/** What {@link addLowRank} computes, in plain TensorFlow.js. */
export function addLowRankPortable(base: Tensor, left: Tensor, right: Tensor): Tensor {
  const [groups, , units] = right.shape;
  const byGroup = (x: Tensor, width: number) =>
    x.rank === 3 ? x : tf.transpose(x.reshape([x.shape[0], -1, width]), [1, 0, 2]);
  const bases = byGroup(base, units);
  return tf.add(
    tf.tile(bases, [groups / bases.shape[0], 1, 1]),
    tf.matMul(byGroup(left, right.shape[1] as number), right),
  );
}

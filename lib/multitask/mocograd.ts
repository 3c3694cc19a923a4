import { type Tensor, type Tensor1D, tf } from '../backend/tensorflow';
import type { GradientCombination, TaskGradients } from './combination';
import { flat, gramOf, weightedSum } from './combine';
import type { Gram } from './conflict-averse';
import { inner } from './gram';
import { randomOrders } from './orders';

export interface MocoGradOptions {
  /** λ: how much of the other task's momentum is added. */
  readonly lambda: number;
  /** Of the momenta. */
  readonly beta: number;
}

export const mocoGradDefaults: MocoGradOptions = { lambda: 0.12, beta: 0.9 };

/**
 * Momentum-calibrated gradients, MoCoGrad (Chai, Liu et al., "Towards task-conflicts momentum-calibrated approach for
 * multi-task learning", ICDE 2024): where g_i conflicts with g_j, the momentum of task j, as long as g_j times λ, is
 * added to g_i; then the sum [paper]. Other than a projection this needs no single noisy gradient of the other task to be
 * right about its direction.
 *
 * Every task has a momentum of its own, m ← β m + (1 − β) g, with the present gradient in it [choice]; the authors' code
 * starts from the optimiser's first moment, which all tasks share. Others are met in random order and the conflict is
 * looked for in the gradient as moved so far [source]. No public configuration names λ; 0.12 is a guess [choice].
 * Momenta of an embedding table cover all of its rows; those that the batch does not touch count in their length, and are
 * not moved [choice].
 */
export function mocoGrad(options: MocoGradOptions = mocoGradDefaults): GradientCombination {
  return {
    name: 'mocograd',
    reads: 'gradients',
    combine(parts, step, state) {
      const momenta = parts.map((part) => {
        const present = tf.mul(everywhere(part), 1 - options.beta);
        const last = state.tensors[part.name];
        return last ? tf.add(tf.mul(last, options.beta), present) : present;
      });
      const here = parts.map(({ table }, k) =>
        table ? tf.gather(momenta[k], table.touched as Tensor1D, 1) : momenta[k],
      );
      const squares = tf.addN(momenta.map((momentum) => tf.sum(tf.square(flat(momentum)), 1)));
      const weights = calibrate({
        gram: gramOf(parts),
        withMomenta: gramOf(parts, here),
        momentumNorms: Array.from(squares.dataSync(), Math.sqrt),
        orders: randomOrders(step, 'mocograd'),
        lambda: options.lambda,
      });
      return {
        gradients: parts.map(({ stacked }, k) => tf.add(tf.sum(stacked, 0), weightedSum(here[k], weights))),
        state: {
          numbers: {},
          tensors: { ...state.tensors, ...Object.fromEntries(parts.map(({ name }, k) => [name, momenta[k]])) },
        },
        figures: { momentumWeights: weights },
      };
    },
  };
}

/** The gradient of the whole table, 0 in untouched rows: `[tasks, touched, width]` → `[tasks, rows, width]`. */
function everywhere({ stacked, table }: TaskGradients): Tensor {
  if (!table) return stacked;
  return tf.stack(tf.unstack(stacked).map((one) => tf.unsortedSegmentSum(one, table.touched as Tensor1D, table.rows)));
}

/** What the momenta are multiplied with in the sum of all calibrated gradients. */
export function calibrate(input: {
  readonly gram: Gram;
  /** ⟨g_i, m_j⟩ */
  readonly withMomenta: Gram;
  readonly momentumNorms: readonly number[];
  /** For each task the others in the order in which it meets them. */
  readonly orders: readonly (readonly number[])[];
  readonly lambda: number;
}): number[] {
  const { gram, withMomenta, momentumNorms, orders, lambda } = input;
  const total = gram.map(() => 0);
  orders.forEach((order, i) => {
    const added = gram.map(() => 0); // the gradient as moved so far is g_i + Σ added_j m_j
    for (const j of order) {
      const product = gram[i][j] + inner(added, withMomenta[j]);
      if (product < 0 && momentumNorms[j] > 0) added[j] += (lambda * Math.sqrt(gram[j][j])) / momentumNorms[j];
    }
    added.forEach((value, j) => {
      total[j] += value;
    });
  });
  return total;
}

import { type Tensor, tf } from '../backend/tensorflow';
import { median } from './arithmetic';
import {
  type CombinationState,
  type GradientCombination,
  placeOfMain,
  recall,
  type TaskGradients,
} from './combination';
import { flat } from './combine';

export interface PmtrecOptions {
  /** The main task by name, or `last`. */
  readonly main: string;
  /** α ≥ 1: the main task's norms are multiplied by α^epoch; 1 favours no task. */
  readonly alpha: number;
  /** The most that α^epoch becomes. */
  readonly cap: number;
  /** τ: high gives equal weights, low the whole row to the task with the longest gradient. */
  readonly temperature: number;
  /**
   * What τ is measured in. `absolute`: as it is. `median`: times the median norm over rows and tasks, measured in the
   * first epoch. `scale-free` (a variant, not PMTRec): norms are divided by each task's own mean over rows, so that only
   * differences between rows count.
   */
  readonly scale: 'absolute' | 'median' | 'scale-free';
  /** Whether norms are those of the mean or of the sum of a batch's losses; decides what an `absolute` τ means. */
  readonly reduction: 'mean' | 'sum';
  /** What a task without gradient in a row gets there: its share, or (a variant) none. */
  readonly absent: 'kept' | 'masked';
  /** Shared parameters without rows: mean or sum of the gradients, or `norm`, the same rule with one norm per parameter. */
  readonly dense: 'mean' | 'sum' | 'norm';
  /** τ of `dense: 'norm'`. */
  readonly denseTemperature: number;
}

export const pmtrecDefaults: PmtrecOptions = {
  main: 'last',
  alpha: 1.02,
  cap: 50,
  temperature: 1,
  scale: 'median',
  reduction: 'mean',
  absent: 'kept',
  dense: 'mean',
  denseTemperature: 1,
};

/** Weight of the past in the moving averages of `scale-free`. */
const MEMORY = 0.9;

/** Where `masked` puts a task that is absent: far below all others, and still a number where all are absent. */
const ABSENT = -1e30;

/**
 * PMTRec (arXiv 2407.21364, IEEE BigData 2024): for every touched row of an embedding table,
 * w_t = softmax over tasks of n_t / τ with n_t = ‖g_t‖, that of the main task times α^epoch; d = Σ w_t g_t [paper].
 *
 * The gradients are combined as they are: the weights follow from norms, and no norm is divided out [paper]. The task with
 * the *longer* gradient gets more, the opposite of GradNorm. Weights are numbers: nothing is differentiated through them
 * [inferred]. α^epoch has a cap, else it freezes the auxiliary tasks [choice].
 *
 * The paper does not say how losses are reduced, on which the meaning of τ rests: with means over a batch, norms of rows
 * are so small that any τ ≥ 0.01 gives equal weights. So τ is by default relative to the measured median norm [choice]: the
 * mean over the first epoch's steps so far, of each step's median of the norms above 0. The paper combines embeddings
 * only; what other shared parameters get is [choice], as is its scale: a mean, as the weights of rows sum to 1.
 *
 * Logged per step: `entropy`, the mean over rows of −Σ w ln w in nats (ln tasks: equal weights; 0: one task takes all), and
 * `shares`, each task's mean weight.
 */
export function pmtrec(options: PmtrecOptions = pmtrecDefaults): GradientCombination {
  return {
    name: 'pmtrec',
    reads: 'gradients',
    isMean: true,
    combine(parts, { tasks, epoch, rows }, state) {
      const main = placeOfMain(options.main, tasks);
      const focus = tasks.map((_, t) => (t === main ? Math.min(options.alpha ** epoch, options.cap) : 1));
      const unit = options.reduction === 'sum' ? rows : 1;
      const numbers: Record<string, readonly number[]> = { ...state.numbers };
      const weigh = (norms: Tensor, kind: string, temperature: number) => {
        const scaled = inUnits(tf.mul(norms, unit), kind, temperature, epoch);
        return taskWeights(scaled, focus, options.absent === 'masked');
      };

      /** Norms over τ, `[tasks, rows]`, with what is measured on the way kept in the state. */
      function inUnits(norms: Tensor, kind: string, temperature: number, epoch: number): Tensor {
        if (options.scale === 'absolute') return tf.div(norms, temperature);
        if (options.scale === 'scale-free') {
          const means = movingMeans(norms, { numbers, tensors: {} }, kind);
          Object.assign(numbers, means.numbers);
          return tf.div(norms, tf.mul(column(means.divisors), temperature));
        }
        const measured = measuredScale(norms, { numbers, tensors: {} }, kind, epoch);
        Object.assign(numbers, measured.numbers);
        return tf.div(norms, temperature * measured.scale);
      }

      const tables = parts.filter(({ table }) => table);
      const dense = parts.filter(({ table }) => !table);
      const combined = new Map<TaskGradients, Tensor>();
      let figures = {};
      if (tables.length > 0) {
        const norms = tables.map(({ stacked }) => rowNorms(stacked));
        const weights = weigh(tf.concat(norms, 1), 'rows', options.temperature);
        const own = tf.split(
          weights,
          norms.map(({ shape }) => shape[1]!),
          1,
        );
        tables.forEach((part, k) => {
          combined.set(part, tf.sum(tf.mul(part.stacked, own[k].expandDims(-1)), 0));
        });
        figures = weightFigures(weights);
      }
      if (dense.length > 0 && options.dense === 'norm') {
        const norms = tf.concat(
          dense.map(({ stacked }) => tf.sqrt(tf.sum(tf.square(flat(stacked)), 1, true))),
          1,
        );
        const weights = weigh(norms, 'dense', options.denseTemperature);
        dense.forEach((part, k) => {
          const own = tf.slice(weights, [0, k], [tasks.length, 1]);
          combined.set(part, tf.sum(tf.mul(flat(part.stacked), own), 0).reshape(part.stacked.shape.slice(1)));
        });
      } else {
        for (const part of dense) combined.set(part, tf[options.dense as 'mean' | 'sum'](part.stacked, 0));
      }
      return {
        gradients: parts.map((part) => combined.get(part)!),
        state: { numbers, tensors: {} },
        figures,
      };
    },
  };
}

/** ‖g_t‖ of every row: `[tasks, rows, width]` → `[tasks, rows]` */
export const rowNorms = (stacked: Tensor): Tensor => tf.sqrt(tf.sum(tf.square(stacked), -1));

/**
 * Softmax over tasks of focused norms: `[tasks, rows]` → `[tasks, rows]`.
 *
 * @param norms already divided by τ
 * @param focus what each task's norms are multiplied with, `[tasks]`
 */
export function taskWeights(norms: Tensor, focus: readonly number[], masked: boolean): Tensor {
  const focused = tf.mul(norms, column(focus));
  const logits = masked ? tf.where(tf.greater(norms, 0), focused, tf.fill(norms.shape, ABSENT)) : focused;
  return tf.transpose(tf.softmax(tf.transpose(logits)));
}

const column = (x: readonly number[]): Tensor => tf.tensor2d([...x], [x.length, 1]);

/** The mean, over the steps of the first epoch so far, of each step's median of the norms above 0. */
function measuredScale(norms: Tensor, state: CombinationState, kind: string, epoch: number) {
  const [sum, steps, first] = recall(state, `scale/${kind}`, 3);
  if (steps > 0 && epoch > first) return { scale: sum / steps, numbers: {} };
  const now = median(Array.from(norms.dataSync()).filter((norm) => norm > 0));
  const measured = now > 0 ? [sum + now, steps + 1, epoch] : [sum, steps, first];
  return { scale: measured[1] > 0 ? measured[0] / measured[1] : 1, numbers: { [`scale/${kind}`]: measured } };
}

/** Each task's moving average of its mean norm over rows, free of the start at 0. */
function movingMeans(norms: Tensor, state: CombinationState, kind: string) {
  const now = Array.from(tf.mean(norms, 1).dataSync());
  const steps = 1 + recall(state, `steps/${kind}`, 1)[0];
  const means = recall(state, `means/${kind}`, now.length).map((past, t) => MEMORY * past + (1 - MEMORY) * now[t]);
  const divisors = means.map((value) => (value > 0 ? value / (1 - MEMORY ** steps) : 1));
  return { divisors, numbers: { [`means/${kind}`]: means, [`steps/${kind}`]: [steps] } };
}

function weightFigures(weights: Tensor): { entropy: number[]; shares: number[] } {
  const each = tf.mul(weights, tf.log(tf.maximum(weights, 1e-30)));
  return {
    entropy: [-tf.mean(tf.sum(each, 0)).dataSync()[0]],
    shares: Array.from(tf.mean(weights, 1).dataSync()),
  };
}

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
      let numbers = state.numbers;
      const weigh = (norms: Tensor, kind: string, temperature: number) => {
        const { unit, measured } = unitOf(norms, kind, options.scale, epoch, { ...state, numbers });
        numbers = { ...numbers, ...measured };
        return taskWeights(tf.div(norms, tf.mul(unit, temperature)), focus, options.absent === 'masked');
      };
      const combined = new Map<TaskGradients, Tensor>();
      let figures = {};

      const tables = parts.filter(({ table }) => table);
      const dense = parts.filter(({ table }) => !table);
      const groups = [
        { kind: 'rows', own: tables, temperature: options.temperature },
        { kind: 'dense', own: options.dense === 'norm' ? dense : [], temperature: options.denseTemperature },
      ];
      for (const { kind, own, temperature } of groups.filter((group) => group.own.length > 0)) {
        const stacks = own.map((part) => (part.table ? part.stacked : flat(part.stacked).expandDims(1)));
        const norms = tf.concat(stacks.map(rowNorms), 1);
        const weights = weigh(options.reduction === 'sum' ? tf.mul(norms, rows) : norms, kind, temperature);
        const sizes = stacks.map(({ shape }) => shape[1] as number);
        tf.split(weights, sizes, 1).forEach((one, k) => {
          const sum = tf.sum(tf.mul(stacks[k], one.expandDims(-1)), 0);
          combined.set(own[k], sum.reshape(own[k].stacked.shape.slice(1)));
        });
        if (kind === 'rows') figures = weightFigures(weights);
      }
      if (options.dense !== 'norm') for (const part of dense) combined.set(part, tf[options.dense](part.stacked, 0));
      return { gradients: parts.map((part) => combined.get(part)!), state: { numbers, tensors: {} }, figures };
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

/** What norms are measured in, and what the measurement adds to the state's numbers. */
function unitOf(
  norms: Tensor,
  kind: string,
  scale: PmtrecOptions['scale'],
  epoch: number,
  state: CombinationState,
): { unit: Tensor; measured: CombinationState['numbers'] } {
  if (scale === 'absolute') return { unit: tf.scalar(1), measured: {} };
  return scale === 'median' ? medianSoFar(norms, kind, epoch, state) : movingMeans(norms, kind, state);
}

/** The mean, over the steps of the first epoch so far, of each step's median of the norms above 0. */
function medianSoFar(norms: Tensor, kind: string, epoch: number, state: CombinationState) {
  let [sum, steps, first] = recall(state, `scale/${kind}`, 3);
  if (steps === 0 || epoch === first) {
    const now = median(Array.from(norms.dataSync()).filter((norm) => norm > 0));
    if (now > 0) [sum, steps, first] = [sum + now, steps + 1, epoch];
  }
  return { unit: tf.scalar(steps > 0 ? sum / steps : 1), measured: { [`scale/${kind}`]: [sum, steps, first] } };
}

/** Each task's moving average of its mean norm over rows, free of the start at 0, `[tasks, 1]`. */
function movingMeans(norms: Tensor, kind: string, state: CombinationState) {
  const now = Array.from(tf.mean(norms, 1).dataSync());
  const steps = 1 + recall(state, `steps/${kind}`, 1)[0];
  const means = recall(state, `means/${kind}`, now.length).map((past, t) => MEMORY * past + (1 - MEMORY) * now[t]);
  const unit = column(means.map((value) => (value > 0 ? value / (1 - MEMORY ** steps) : 1)));
  return { unit, measured: { [`means/${kind}`]: means, [`steps/${kind}`]: [steps] } };
}

function weightFigures(weights: Tensor): { entropy: number[]; shares: number[] } {
  const each = tf.mul(weights, tf.log(tf.maximum(weights, 1e-30)));
  return {
    entropy: [-tf.mean(tf.sum(each, 0)).dataSync()[0]],
    shares: Array.from(tf.mean(weights, 1).dataSync()),
  };
}

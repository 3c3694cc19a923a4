import { tf } from '../backend/tensorflow';
import { type GradientCombination, placeOfMain, recall } from './combination';
import { flat, weightedSum } from './combine';

export interface MetaBalanceOptions {
  /** The main task by name, or `last`. */
  readonly main: string;
  /** r: 1 makes every auxiliary gradient as long as the main one, 0 leaves it as it is. */
  readonly relax: number;
  /** Of the moving averages of lengths. */
  readonly beta: number;
}

/** Those of the authors' code. */
export const metaBalanceDefaults: MetaBalanceOptions = { main: 'last', relax: 0.7, beta: 0.9 };

/**
 * MetaBalance (He, Feng, Cheng et al., WWW 2022): parameter by parameter, each auxiliary gradient is brought towards the
 * length of the main one, g_t ← r (m_main / m_t) g_t + (1 − r) g_t, with m moving averages of lengths; then the sum
 * [paper, source]. The strategy is the one that shortens and lengthens [choice of the three in the paper, as in the code].
 *
 * An embedding table counts as one parameter; of it the touched rows have a gradient. An auxiliary task that never had a
 * gradient stays as it is.
 */
export function metaBalance(options: MetaBalanceOptions = metaBalanceDefaults): GradientCombination {
  const { relax, beta } = options;
  return {
    name: 'metabalance',
    reads: 'gradients',
    combine(parts, { tasks }, state) {
      const main = placeOfMain(options.main, tasks);
      const squares = tf.stack(parts.map(({ stacked }) => tf.sum(tf.square(flat(stacked)), 1)));
      const norms = (squares.arraySync() as number[][]).map((row) => row.map(Math.sqrt));
      const numbers: Record<string, readonly number[]> = {};
      const factors = parts.map(({ name }, k) => {
        const last = recall(state, name, tasks.length);
        const sizes = last.map((size, t) => beta * size + (1 - beta) * norms[k][t]);
        numbers[name] = sizes;
        return sizes.map((size) => (main >= 0 && size > 0 ? (relax * sizes[main]) / size + 1 - relax : 1));
      });
      return {
        gradients: parts.map(({ stacked }, k) => weightedSum(stacked, factors[k])),
        state: { numbers: { ...state.numbers, ...numbers }, tensors: {} },
        figures: { factors: tasks.map((_, t) => factors.reduce((sum, row) => sum + row[t], 0) / parts.length) },
      };
    },
  };
}

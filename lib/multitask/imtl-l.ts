import { type LossCombination, recall } from './combination';

export interface ImtlLOptions {
  /** Of the log scales s. */
  readonly learningRate: number;
}

export const imtlLDefaults: ImtlLOptions = { learningRate: 0.01 };

/**
 * Impartial multi-task learning, its loss part IMTL-L (Liu, Li, Kuang et al., ICLR 2021): minimise Σ e^{s_t} L_t − s_t
 * over the model and the log scales s [paper], so w_t = e^{s_t}. For losses that stay where they are, s settles at
 * e^s L = 1: all scaled losses are equal.
 *
 * s starts at 0 and moves by plain gradient descent with a rate of its own [choice].
 */
export function imtlL(options: ImtlLOptions = imtlLDefaults): LossCombination {
  return {
    name: 'imtl-l',
    reads: 'losses',
    weigh({ losses }, state) {
      const s = recall(state, 's', losses.length);
      const weights = s.map(Math.exp);
      const next = s.map((value, t) => value - options.learningRate * (weights[t] * losses[t] - 1));
      return { weights, numbers: { s: next } };
    },
  };
}

import { type LossCombination, recall } from './combination';

export interface UncertaintyOptions {
  /** Of the log variances s. */
  readonly learningRate: number;
}

export const uncertaintyDefaults: UncertaintyOptions = { learningRate: 0.01 };

/**
 * Uncertainty weighting, UW (Kendall, Gal and Cipolla, CVPR 2018): minimise Σ L_t / (2 e^{s_t}) + s_t / 2 over the
 * model and the log variances s [paper], so w_t = 1 / (2 e^{s_t}). For a loss that stays where it is, s settles at
 * e^s = L: a weighted loss of one half for every task.
 *
 * s starts at 0 and moves by plain gradient descent with a rate of its own [choice]; the paper gives it to the network's
 * optimiser. The form is the regression one; the paper's approximation for classification, L/e^s + s/2, settles at e^s = 2L
 * with the same weights.
 */
export function uncertainty(options: UncertaintyOptions = uncertaintyDefaults): LossCombination {
  return {
    name: 'uw',
    reads: 'losses',
    weigh({ losses }, state) {
      const s = recall(state, 's', losses.length);
      const weights = s.map((value) => 1 / (2 * Math.exp(value)));
      const next = s.map((value, t) => value - options.learningRate * (0.5 - weights[t] * losses[t]));
      return { weights, numbers: { s: next } };
    },
  };
}

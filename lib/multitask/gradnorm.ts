import { mean } from './arithmetic';
import { type GramCombination, recall } from './combination';
import { lengths } from './gram';

export interface GradNormOptions {
  /** How much stronger slow tasks pull; the paper tunes it. */
  readonly exponent: number;
  /** Of the weights. */
  readonly learningRate: number;
}

export const gradNormDefaults: GradNormOptions = { exponent: 1.5, learningRate: 0.025 };

/** A weight that gradient descent takes to 0 would leave its task for good. */
const LEAST_WEIGHT = 1e-3;

/**
 * GradNorm (Chen, Badrinarayanan, Lee and Rabinovich, ICML 2018): learn loss weights with which every task's weighted
 * gradient is as long as the mean of all, times the task's relative inverse training rate to the power of `exponent`
 * [paper]. The weights move by gradient descent on Σ |w_t ‖g_t‖ − wanted_t|, with `wanted` held fast, and are scaled to sum
 * to the number of tasks [paper]. The training rate is L_t / L_t(0).
 *
 * The norms are those of all shared parameters, the paper's of their last layer; the lengths are measured in units of
 * their mean, so that the learning rate has no unit; weights stay above 1e-3; private parameters follow the weighted
 * loss, too [all choice, the last one paper].
 */
export function gradNorm(options: GradNormOptions = gradNormDefaults): GramCombination {
  return {
    name: 'gradnorm',
    reads: 'gram',
    weighsLoss: true,
    weigh(gram, { losses }, state) {
      const count = losses.length;
      const weights = recall(state, 'weights', count, 1);
      const first = state.numbers.first ?? losses;
      const plain = lengths(gram);
      const unit = mean(plain);
      const numbers = { weights, first };
      if (!(unit > 0)) return { weights, numbers };
      const norms = plain.map((length) => length / unit);
      const progress = losses.map((loss, t) => (first[t] > 0 ? loss / first[t] : 1));
      const pace = mean(progress);
      const level = mean(norms.map((norm, t) => weights[t] * norm));
      const moved = weights.map((weight, t) => {
        const wanted = level * (pace > 0 ? progress[t] / pace : 1) ** options.exponent;
        const slope = Math.sign(weight * norms[t] - wanted) * norms[t];
        return Math.max(LEAST_WEIGHT, weight - options.learningRate * slope);
      });
      const sum = moved.reduce((total, weight) => total + weight, 0);
      return { weights, numbers: { ...numbers, weights: moved.map((weight) => (weight * count) / sum) } };
    },
  };
}

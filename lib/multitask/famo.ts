import { softmax } from './arithmetic';
import { type LossCombination, recall } from './combination';

export interface FamoOptions {
  /** β: learning rate of the task logits. */
  readonly learningRate: number;
  /** γ: their decay, which forgets what was long ago. */
  readonly weightDecay: number;
}

/** Those of the authors' code; the paper uses a decay of 1e-3. */
export const famoDefaults: FamoOptions = { learningRate: 0.025, weightDecay: 0.01 };

/** Adam's settings for the logits, PyTorch's defaults [source: the authors' code]. */
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/** Keeps logarithm and division finite where a loss is 0. */
const LEAST_LOSS = 1e-8;

/**
 * Fast adaptive multi-task optimisation, FAMO (Liu, Feng, Stone and Liu, NeurIPS 2023): let all losses fall at the same
 * *relative* rate, without any per-task gradient [paper]. With z = softmax(ξ) the step follows Σ z_t ∇ log L_t, divided
 * by Σ z_t / L_t: w_t = (z_t / L_t) / Σ (z_j / L_j), which sum to 1. Afterwards ξ moves by the change of the log losses,
 * against the tasks that fell most.
 *
 * Losses are taken to have a minimum of 0 [choice]; the decay is coupled and the logits' optimiser is Adam [source].
 */
export function famo(options: FamoOptions = famoDefaults): LossCombination {
  return {
    name: 'famo',
    reads: 'losses',
    isMean: true,
    weigh({ losses }, state) {
      const z = softmax(recall(state, 'logits', losses.length));
      const parts = z.map((share, t) => share / (losses[t] + LEAST_LOSS));
      const sum = parts.reduce((total, part) => total + part, 0);
      return { weights: parts.map((part) => part / sum), numbers: state.numbers };
    },
    observe({ losses }, after, state) {
      const count = losses.length;
      const logits = recall(state, 'logits', count);
      const fallen = losses.map((loss, t) => Math.log((loss + LEAST_LOSS) / (after[t] + LEAST_LOSS)));
      const z = softmax(logits);
      const mean = z.reduce((sum, share, t) => sum + share * fallen[t], 0);
      const slope = logits.map((logit, t) => z[t] * (fallen[t] - mean) + options.weightDecay * logit);
      const step = 1 + recall(state, 'step', 1)[0];
      const first = recall(state, 'first', count).map((m, t) => BETA1 * m + (1 - BETA1) * slope[t]);
      const second = recall(state, 'second', count).map((v, t) => BETA2 * v + (1 - BETA2) * slope[t] ** 2);
      const moved = logits.map((logit, t) => {
        const size = Math.sqrt(second[t] / (1 - BETA2 ** step)) + EPSILON;
        return logit - (options.learningRate * first[t]) / (1 - BETA1 ** step) / size;
      });
      return { logits: moved, first, second, step: [step] };
    },
  };
}

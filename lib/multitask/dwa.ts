import { softmax } from './arithmetic';
import { type CombinationState, type LossCombination, recall } from './combination';

export interface DwaOptions {
  /** High: the weights are nearly equal. */
  readonly temperature: number;
}

/** The paper's. */
export const dwaDefaults: DwaOptions = { temperature: 2 };

/**
 * Dynamic weight average, DWA (Liu, Johns and Davison, CVPR 2019): w = T · softmax(r / temperature) with
 * r_t = L_t(e − 1) / L_t(e − 2), the mean losses of the last two epochs [paper]: a task whose loss falls slowly gets more.
 * The weights sum to T; in the first two epochs all are 1 [paper].
 *
 * In a federation an epoch is a round in which the client takes part [choice].
 */
export function dwa(options: DwaOptions = dwaDefaults): LossCombination {
  return {
    name: 'dwa',
    reads: 'losses',
    weigh({ losses, epoch }, state) {
      const past = state.numbers.epoch?.[0] === epoch ? state.numbers : turnedOver(state, losses.length);
      const { last, before } = past;
      const weights =
        last && before
          ? softmax(last.map((loss, t) => loss / before[t] / options.temperature)).map((w) => w * losses.length)
          : losses.map(() => 1);
      const sum = losses.map((loss, t) => loss + (past.sum?.[t] ?? 0));
      const numbers = { ...past, epoch: [epoch], sum, steps: [1 + (past.steps?.[0] ?? 0)] };
      return { weights, numbers };
    },
  };
}

/** An epoch has ended: its mean losses become the last ones, and the last ones those before. */
function turnedOver(state: CombinationState, tasks: number): CombinationState['numbers'] {
  if (!state.numbers.sum) return {};
  const [steps] = recall(state, 'steps', 1);
  const last = recall(state, 'sum', tasks).map((sum) => sum / steps);
  return { last, ...(state.numbers.last && { before: state.numbers.last }) };
}

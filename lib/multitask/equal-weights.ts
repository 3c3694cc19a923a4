import type { LossCombination } from './combination';

/** Equal weights: the sum of the losses. What every other method is compared with. */
export function equalWeights(): LossCombination {
  return {
    name: 'ew',
    reads: 'losses',
    weigh: ({ tasks }) => ({ weights: tasks.map(() => 1) }),
  };
}

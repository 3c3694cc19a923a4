import { seedAt } from '../backend/random';
import { drawsFrom } from '../data/synthetic/draws';
import { softmax } from './arithmetic';
import type { LossCombination } from './combination';

/**
 * Random loss weighting, RLW (Lin, Ye, Zhang and Tsang, "Reasonable effectiveness of random weighting", TMLR 2022):
 * weights drawn anew in every step, w = softmax of standard normal numbers [paper]. They sum to 1 and are 1/tasks in the
 * mean.
 *
 * The numbers of a step follow from its seed and number, not from the order of calls [choice].
 */
export function randomWeights(): LossCombination {
  return {
    name: 'rlw',
    reads: 'losses',
    isMean: true,
    weigh({ tasks, seed, step }) {
      const { uniform, normal } = drawsFrom(seedAt(seed, 'rlw', step));
      uniform(); // the generator's first number is a bit pattern of the seed, whose highest bit is always 0
      return { weights: softmax(tasks.map(() => normal())) };
    },
  };
}

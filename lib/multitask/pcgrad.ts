import type { GramCombination } from './combination';
import { projectConflicts } from './conflict-averse';
import { randomOrders } from './orders';

/**
 * Projecting conflicting gradients, PCGrad (Yu, Kumar, Gupta et al., NeurIPS 2020): each gradient loses its component
 * along every other that it conflicts with, one after another in random order; then the sum [paper]. The others are
 * taken as they were, not as projected [paper].
 */
export function pcgrad(): GramCombination {
  return {
    name: 'pcgrad',
    reads: 'gram',
    weigh: (gram, step) => ({
      weights: projectConflicts(
        gram,
        randomOrders(step, 'pcgrad'),
        gram.map(() => 1),
      ),
    }),
  };
}

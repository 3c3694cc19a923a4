import type { GramCombination } from './combination';
import { conflictAverse } from './conflict-averse';

export interface CagradOptions {
  /** Radius of the ball around the mean gradient, as a share of its length; 0 is the mean itself. */
  readonly c: number;
}

export const cagradDefaults: CagradOptions = { c: 0.4 };

/**
 * Conflict-averse gradient descent, CAGrad (Liu, Liu, Jin, Stone and Liu, NeurIPS 2021): of all directions within
 * c ‖g_0‖ of the mean gradient g_0, the one that serves the worst-off task best [paper],
 * d = g_0 + c ‖g_0‖ g_w / ‖g_w‖, divided by 1 + c² as in the authors' code [source].
 *
 * The solver is the one that the federated rules use on clients' movements.
 */
export function cagrad(options: CagradOptions = cagradDefaults): GramCombination {
  return {
    name: 'cagrad',
    reads: 'gram',
    isMean: true,
    weigh: (gram) => ({ weights: conflictAverse(gram, options.c) }),
  };
}

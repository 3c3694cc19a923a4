import { type GramCombination, recall } from './combination';
import type { Gram } from './conflict-averse';
import { inner } from './gram';
import { randomOrders } from './orders';

export interface GradVacOptions {
  /** β: how fast the remembered cosines follow. */
  readonly beta: number;
}

/** The paper's [memory]; LibMTL and TorchJD take 0.5. */
export const gradVacDefaults: GradVacOptions = { beta: 0.01 };

/**
 * Gradient vaccine, GradVac (Wang, Tsvetkov, Firat and Cao, ICLR 2021): each pair of tasks has a remembered cosine; where
 * the present one is lower, g_j is added to g_i until it is reached [paper]. With a remembered cosine of 0 this is PCGrad.
 *
 * The memory follows in every meeting, also where nothing is added [paper, as TorchJD reads it]; in LibMTL only where
 * something is. It starts at 0; one cosine for the whole of the shared parameters, where the paper also tries layers [choice].
 */
export function gradVac(options: GradVacOptions = gradVacDefaults): GramCombination {
  return {
    name: 'gradvac',
    reads: 'gram',
    weigh(gram, step, state) {
      const cosines = recall(state, 'cosines', gram.length ** 2);
      const { weights, cosines: next } = vaccinate(gram, randomOrders(step, 'gradvac'), cosines, options.beta);
      return { weights, numbers: { cosines: next } };
    },
  };
}

/**
 * Weights of the sum of the moved gradients, and the cosines to remember, `[tasks · tasks]`.
 *
 * @param orders for each task the others in the order in which it meets them
 */
export function vaccinate(
  gram: Gram,
  orders: readonly (readonly number[])[],
  cosines: readonly number[],
  beta: number,
): { weights: number[]; cosines: number[] } {
  const count = gram.length;
  const next = [...cosines];
  const weights = Array<number>(count).fill(0);
  for (let i = 0; i < count; i++) {
    const own = gram.map((_, j) => Number(i === j)); // the moved gradient is Σ own_j g_j
    for (const j of orders[i]) {
      const images = gram.map((row) => inner(row, own));
      const [length, other] = [Math.sqrt(Math.max(0, inner(own, images))), Math.sqrt(gram[j][j])];
      if (!(length * other > 0)) continue; // without a direction there is no cosine
      const cosine = Math.max(-1, Math.min(1, images[j] / (length * other)));
      const wanted = next[i * count + j];
      if (cosine < wanted) {
        const [sine, wantedSine] = [Math.sqrt(1 - cosine ** 2), Math.sqrt(1 - wanted ** 2)];
        own[j] += (length * (wanted * sine - cosine * wantedSine)) / (other * wantedSine);
      }
      next[i * count + j] = (1 - beta) * wanted + beta * cosine;
    }
    own.forEach((value, j) => {
      weights[j] += value;
    });
  }
  return { weights, cosines: next };
}

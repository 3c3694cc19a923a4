import { solve } from './arithmetic';
import type { GramCombination } from './combination';
import { type Gram, quadratic } from './conflict-averse';
import { inner } from './gram';

export interface MgdaOptions {
  /** What gradients are divided by before the search: nothing, their length, their loss, or both. */
  readonly normalise: 'none' | 'length' | 'loss' | 'loss-length';
}

export const mgdaDefaults: MgdaOptions = { normalise: 'none' };

/**
 * Multiple gradient descent, MGDA (Désidéri, Comptes Rendus Mathématique 2012; for networks Sener and Koltun, NeurIPS
 * 2018): the shortest vector of the convex hull of the gradients [paper]. It is 0 where no direction serves all tasks
 * (Pareto stationary), else ⟨d, g_t⟩ ≥ ‖d‖² for every task.
 *
 * Weights are searched for on normalised gradients and used on the plain ones, as in the authors' code [source]; on the
 * gradients of all shared parameters, not on the representation (their MGDA-UB) [choice].
 */
export function mgda(options: MgdaOptions = mgdaDefaults): GramCombination {
  return {
    name: 'mgda',
    reads: 'gram',
    isMean: true,
    weigh(gram, { losses }) {
      const sizes = losses.map((loss, t) => {
        const length = options.normalise.endsWith('length') ? Math.sqrt(gram[t][t]) : 1;
        return (options.normalise.startsWith('loss') ? loss : 1) * length || 1;
      });
      return { weights: shortest(gram.map((row, i) => row.map((value, j) => value / sizes[i] / sizes[j]))) };
    },
  };
}

/** Stop when moving weight promises less than this share of the mean squared length. */
const TOLERANCE = 1e-12;
const MOST_EXCHANGES = 1000;

/**
 * Weights on the simplex that minimise ‖Σ w_t g_t‖², by exact exchanges of weight between the task with the largest and
 * the one with the smallest ⟨g_t, d⟩. For two tasks the first exchange is the closed form,
 * w_1 = clip(⟨g_2 − g_1, g_2⟩ / ‖g_1 − g_2‖², 0, 1). With more, the exchanges find the tasks that have weight, and one
 * linear system the weights.
 */
export function shortest(gram: Gram): number[] {
  const count = gram.length;
  const scale = gram.reduce((sum, row, i) => sum + row[i], 0) / count;
  const weights = Array<number>(count).fill(1 / count);
  if (!(scale > 0)) return weights;
  const slope = gram.map((row) => inner(row, weights));
  for (let exchange = 0; exchange < MOST_EXCHANGES; exchange++) {
    let to = 0;
    let from = -1;
    for (let i = 0; i < count; i++) {
      if (slope[i] < slope[to]) to = i;
      if (weights[i] > 0 && (from < 0 || slope[i] > slope[from])) from = i;
    }
    const gain = slope[from] - slope[to];
    if (gain <= TOLERANCE * scale) break;
    const curve = gram[to][to] + gram[from][from] - 2 * gram[to][from];
    const moved = curve * weights[from] > gain ? gain / curve : weights[from];
    weights[to] += moved;
    weights[from] = moved === weights[from] ? 0 : weights[from] - moved;
    for (let i = 0; i < count; i++) slope[i] += moved * (gram[i][to] - gram[i][from]);
  }
  const exact = onFace(
    gram,
    weights.flatMap((weight, i) => (weight > 0 ? [i] : [])),
  );
  return exact && quadratic(gram, exact) <= quadratic(gram, weights) ? exact : weights;
}

/** The same minimum where only some tasks may have weight; nothing where their gradients are linearly dependent. */
function onFace(gram: Gram, face: readonly number[]): number[] | undefined {
  // All ⟨g_t, d⟩ of the face are equal; solved in units of the lengths, which may differ by orders of magnitude.
  const sizes = face.map((i) => Math.sqrt(gram[i][i]));
  if (sizes.some((size) => !(size > 0))) return undefined;
  const found = solve(
    face.map((i, a) => face.map((j, b) => gram[i][j] / sizes[a] / sizes[b])),
    sizes.map((size) => 1 / size),
  )?.map((value, a) => value / sizes[a]);
  if (!found) return undefined;
  const positive = face.filter((_, a) => found[a] > 0);
  if (positive.length < face.length) return positive.length > 0 ? onFace(gram, positive) : undefined;
  const sum = found.reduce((total, value) => total + value, 0);
  return gram.map((_, i) => (face.includes(i) ? found[face.indexOf(i)] / sum : 0));
}

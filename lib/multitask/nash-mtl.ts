import { solve } from './arithmetic';
import { type GramCombination, recall } from './combination';
import type { Gram } from './conflict-averse';
import { inner } from './gram';

export interface NashMtlOptions {
  /** The weights are found anew in every so manieth step. */
  readonly every: number;
}

export const nashMtlDefaults: NashMtlOptions = { every: 1 };

/**
 * Nash-MTL (Navon, Shamsian, Achituve et al., ICML 2022): the tasks bargain for the step; its Nash solution is
 * d = Σ α_t g_t with GᵀG α = 1/α, α > 0 [paper]. Then ⟨d, g_t⟩ = 1/α_t: every task gains, the step does not change when a
 * loss is multiplied, and ‖d‖² is the number of tasks.
 *
 * Found by Newton's method on the convex ½ αᵀGᵀGα − Σ ln α_t, whose minimum the equation describes [choice; the authors
 * solve a sequence of convex programs]. No clipping to length 1 [choice]: the length is √tasks in every step anyway. The
 * authors' code finds α for GᵀG divided by its norm, which scales all α alike.
 */
export function nashMtl(options: NashMtlOptions = nashMtlDefaults): GramCombination {
  return {
    name: 'nash-mtl',
    reads: 'gram',
    weigh(gram, _, state) {
      const [since] = recall(state, 'since', 1);
      const last = state.numbers.weights;
      const weights = last && since < options.every ? last : bargain(gram);
      return { weights, numbers: { weights, since: [last && since < options.every ? since + 1 : 1] } };
    },
  };
}

const MOST_STEPS = 200;
/** Of the equation's error, which is 0 where α_t (GᵀG α)_t = 1 for every task. */
const TOLERANCE = 1e-12;
/**
 * Keeps α finite where gradients cancel, as a share of their squared lengths: what is smaller than it is rounding of
 * float32, and large weights would make a step of it.
 */
const RIDGE = 1e-8;

/** The α > 0 with GᵀG α = 1/α. */
export function bargain(gram: Gram): number[] {
  const count = gram.length;
  const scale = gram.reduce((sum, row, i) => sum + row[i], 0) / count;
  if (!(scale > 0)) return Array<number>(count).fill(1);
  // A task without a gradient has no say: its weight would be without bound, and changes nothing.
  const present = gram.flatMap((row, i) => (row[i] > RIDGE * RIDGE * scale ? [i] : []));
  // Each gradient in units of its own length: the solution only changes by these units.
  const sizes = present.map((i) => Math.sqrt(gram[i][i]));
  const k = present.map((i, a) => present.map((j, b) => gram[i][j] / sizes[a] / sizes[b] + (a === b ? RIDGE : 0)));
  const found = newton(k);
  const weights = Array<number>(count).fill(0);
  present.forEach((i, a) => {
    weights[i] = found[a] / sizes[a];
  });
  return weights;
}

/** Damped Newton steps on ½ xᵀKx − Σ ln x, which is self-concordant: with this damping they cannot leave x > 0. */
function newton(k: Gram): number[] {
  let x = k.map(() => 1 / Math.sqrt(k.length));
  for (let step = 0; step < MOST_STEPS; step++) {
    const slope = k.map((row, t) => inner(row, x) - 1 / x[t]);
    if (slope.every((value, t) => Math.abs(value * x[t]) < TOLERANCE)) break;
    const curve = k.map((row, i) => row.map((value, j) => value + (i === j ? 1 / x[i] ** 2 : 0)));
    const move = solve(curve, slope);
    if (!move) break;
    const decrement = Math.sqrt(Math.max(0, inner(move, slope)));
    const damping = decrement > 0.25 ? 1 / (1 + decrement) : 1;
    x = x.map((value, t) => value - damping * move[t]);
  }
  return x;
}

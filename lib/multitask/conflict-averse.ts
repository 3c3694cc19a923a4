/** Symmetric matrix of inner products ⟨D_i, D_j⟩, `[clients][clients]`. */
export type Gram = readonly (readonly number[])[];

/** Stop when no exchange of weight between two clients promises more than this share of the objective's scale. */
const TOLERANCE = 1e-12;
const MOST_EXCHANGES = 20_000;

/**
 * The weights of the conflict-averse direction (CAGrad on updates, as in FedHCA2) [sibling]:
 *
 *     w* = argmin over the simplex of  Σ w_i ⟨D_i, D̄⟩ + c ‖D̄‖ ‖Σ w_i D_i‖,   D̄ = Σ m_i D_i
 *
 * with m_i = 1/N in the sibling, or the clients' shares of the rows [choice].
 *
 * The Gram matrix is divided by its mean diagonal first: the objective is not free of scale for a solver, and
 * updates of size 1e-4 would otherwise stop at uniform weights, which silently is FedAvg [measured].
 *
 * Solved by exact exchanges: in each step weight moves from the client whose derivative is largest to the one whose
 * derivative is smallest, by the exact minimum along that line, which has a closed form. The objective is convex,
 * so the steps end at its minimum; a client that should have no weight gets exactly none.
 */
export function conflictAverseWeights(gram: Gram, c: number, mean: readonly number[] = evenly(gram.length)): number[] {
  const count = gram.length;
  const scale = gram.reduce((sum, row, i) => sum + row[i], 0) / count;
  const weights = evenly(count);
  if (!(scale > 0)) return weights;
  const g = gram.map((row) => row.map((product) => product / scale));
  const averaged = (values: readonly number[]) => weightedMean(values, mean);
  const alignment = g.map(averaged);
  const pull = c * Math.sqrt(Math.max(0, averaged(alignment)));
  const direction = g.map((row) => weightedMean(row, weights));
  for (let exchange = 0; exchange < MOST_EXCHANGES; exchange++) {
    const norm = Math.sqrt(Math.max(0, dot(weights, direction)));
    const slope = alignment.map((value, i) => value + (norm > 0 ? (pull * direction[i]) / norm : 0));
    let to = 0;
    let from = -1;
    for (let i = 0; i < count; i++) {
      if (slope[i] < slope[to]) to = i;
      if (weights[i] > 0 && (from < 0 || slope[i] > slope[from])) from = i;
    }
    if (slope[from] - slope[to] <= TOLERANCE) break;
    const moved = exactMinimum(
      alignment[to] - alignment[from],
      pull,
      Math.max(0, g[to][to] + g[from][from] - 2 * g[to][from]),
      direction[to] - direction[from],
      norm * norm,
      weights[from],
    );
    if (moved <= 0) break;
    weights[to] += moved;
    weights[from] = moved === weights[from] ? 0 : weights[from] - moved;
    for (let i = 0; i < count; i++) direction[i] += moved * (g[i][to] - g[i][from]);
  }
  return weights;
}

/** The t in [0, most] that minimises `linear · t + pull · √(a t² + 2 b t + q)`. */
function exactMinimum(linear: number, pull: number, a: number, b: number, q: number, most: number): number {
  if (pull === 0 || a === 0) return most; // the objective falls all the way
  const ratio = -linear / pull;
  if (ratio * ratio >= a) return ratio > 0 ? most : 0;
  const spread = Math.max(0, a * q - b * b);
  const s = ratio * Math.sqrt(spread / (a - ratio * ratio));
  return Math.min(most, Math.max(0, (s - b) / a));
}

/**
 * Coefficients u of the coordinated direction U = Σ u_i D_i:
 *
 *     U = ( D̄ + c ‖D̄‖ D_w / ‖D_w‖ ) / (1 + c²)
 *
 * Where the weighted directions cancel (‖D_w‖ = 0) the second term is left out.
 */
export function conflictAverse(gram: Gram, c: number, mean: readonly number[] = evenly(gram.length)): number[] {
  const weights = conflictAverseWeights(gram, c, mean);
  const meanNorm = Math.sqrt(Math.max(0, quadratic(gram, mean)));
  const weightedNorm = Math.sqrt(Math.max(0, quadratic(gram, weights)));
  const push = weightedNorm > 0 ? (c * meanNorm) / weightedNorm : 0;
  return weights.map((weight, i) => (mean[i] + push * weight) / (1 + c * c));
}

/**
 * PCGrad on updates (Yu et al. 2020): each update loses its components along updates it conflicts with, one after
 * another in a given order; coefficients of the mean (with weights `mean`) of what remains.
 *
 * @param order for each client, the others in the order in which it meets them
 */
export function projectConflicts(
  gram: Gram,
  order: readonly (readonly number[])[],
  mean: readonly number[] = evenly(gram.length),
): number[] {
  const count = gram.length;
  const total = Array<number>(count).fill(0);
  for (let i = 0; i < count; i++) {
    const own = Array<number>(count).fill(0);
    own[i] = 1;
    for (const j of order[i]) {
      const product = dot(own, gram[j]);
      if (product < 0 && gram[j][j] > 0) own[j] -= product / gram[j][j];
    }
    for (let j = 0; j < count; j++) total[j] += mean[i] * own[j];
  }
  return total;
}

/** Σ m_i x_i / Σ m_i, the weights scaled to at most 1 first: movements that cancel then cancel exactly. */
function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const most = Math.max(...weights);
  const votes = weights.map((weight) => weight / most);
  return dot(values, votes) / votes.reduce((sum, vote) => sum + vote, 0);
}

/** The same weight for all. */
export const evenly = (count: number): number[] => Array<number>(count).fill(1 / count);

/** Σ_ij x_i x_j ⟨D_i, D_j⟩ */
export function quadratic(gram: Gram, x: readonly number[]): number {
  return dot(
    x,
    gram.map((row) => dot(row, x)),
  );
}

function dot(x: readonly number[], y: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

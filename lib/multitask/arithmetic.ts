/** exp(x_i) / Σ exp(x_j); −Infinity gives exactly 0. */
export function softmax(x: readonly number[]): number[] {
  const most = Math.max(...x);
  const powers = x.map((value) => Math.exp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

export const mean = (x: readonly number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;

/** The middle value, or the mean of the two in the middle; 0 of nothing. */
export function median(x: readonly number[]): number {
  if (x.length === 0) return 0;
  const sorted = Float64Array.from(x).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** −Σ w ln w, in nats. */
export const entropy = (weights: readonly number[]): number =>
  -weights.reduce((sum, weight) => sum + (weight > 0 ? weight * Math.log(weight) : 0), 0);

/**
 * The x of A x = b by elimination with row pivots; nothing where A is singular up to rounding.
 *
 * @param matrix A, `[n][n]`
 */
export function solve(matrix: readonly (readonly number[])[], b: readonly number[]): number[] | undefined {
  const n = b.length;
  const rows = matrix.map((row, i) => [...row, b[i]]);
  const scale = Math.max(0, ...matrix.flat().map(Math.abs));
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) if (Math.abs(rows[i][column]) > Math.abs(rows[pivot][column])) pivot = i;
    if (!(Math.abs(rows[pivot][column]) > 1e-12 * scale)) return undefined;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let i = column + 1; i < n; i++) {
      const factor = rows[i][column] / rows[column][column];
      for (let j = column; j <= n; j++) rows[i][j] -= factor * rows[column][j];
    }
  }
  const x = Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    const rest = rows[i].slice(i + 1, n).reduce((sum, value, j) => sum + value * x[i + 1 + j], 0);
    x[i] = (rows[i][n] - rest) / rows[i][i];
  }
  return x;
}

/** Sweeps over all pairs; a handful of tasks needs about six. */
const MOST_SWEEPS = 50;

/** Eigenvalues and eigenvectors (one per entry of `vectors`) of a symmetric matrix, by Jacobi's rotations. */
export function symmetricEigen(matrix: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const vectors = a.map((_, i) => a.map((__, j) => Number(i === j)));
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let turned = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        // Relative to the two diagonal entries, so that small eigenvalues beside large ones come out right.
        if (Math.abs(a[p][q]) <= 1e-16 * Math.sqrt(Math.abs(a[p][p] * a[q][q]))) continue;
        turned = true;
        const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cosine = 1 / Math.sqrt(t * t + 1);
        const sine = t * cosine;
        for (const row of a) [row[p], row[q]] = [cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]];
        turn(a, p, q, cosine, sine);
        turn(vectors, p, q, cosine, sine);
      }
    }
    if (!turned) break;
  }
  return { values: a.map((row, i) => row[i]), vectors };
}

/** Turns rows p and q of a matrix in their plane, in place. */
function turn(rows: number[][], p: number, q: number, cosine: number, sine: number): void {
  for (let k = 0; k < rows[p].length; k++) {
    [rows[p][k], rows[q][k]] = [cosine * rows[p][k] - sine * rows[q][k], sine * rows[p][k] + cosine * rows[q][k]];
  }
}

import type { Gram } from './conflict-averse';

/** What float32 leaves of a length² whose parts cancel, as a share of the parts: below it stands nothing but rounding. */
const ROUNDING = 1e-6;

/**
 * Inner products of combinations of movements, from those of the movements: with C_a = Σ_i x_ai D_i, the matrix
 * ⟨C_a, C_b⟩, `[combinations][combinations]`. No large tensor is passed over for it.
 *
 * A combination whose parts cancel up to rounding is taken for 0, so that its direction is not read from noise.
 *
 * @param combinations coefficients x, `[combinations][clients]`
 */
export function combine(gram: Gram, combinations: readonly (readonly number[])[]): Gram {
  const images = imagesOf(gram, combinations);
  const isNothing = lengthsOf(gram, combinations, images).map((length) => length === 0);
  return combinations.map((x, a) =>
    combinations.map((_, b) => (isNothing[a] || isNothing[b] ? 0 : inner(x, images[b]))),
  );
}

/** Lengths of combinations of movements, as in {@link combine}. */
export function combinedLengths(gram: Gram, combinations: readonly (readonly number[])[]): number[] {
  return lengthsOf(gram, combinations, imagesOf(gram, combinations));
}

const imagesOf = (gram: Gram, combinations: readonly (readonly number[])[]): number[][] =>
  combinations.map((x) => gram.map((row) => inner(row, x)));

function lengthsOf(gram: Gram, combinations: readonly (readonly number[])[], images: readonly number[][]): number[] {
  const sizes = lengths(gram);
  return combinations.map((x, a) => {
    const parts = x.reduce((sum, value, i) => sum + Math.abs(value) * sizes[i], 0);
    const square = inner(x, images[a]);
    return square <= ROUNDING * parts * parts ? 0 : Math.sqrt(square);
  });
}

/** cos of item i and item j of a Gram matrix; 0 where one of them has no length. */
export function cosine(gram: Gram, i: number, j: number): number {
  const scale = Math.sqrt(gram[i][i] * gram[j][j]);
  return scale > 0 ? gram[i][j] / scale : 0;
}

export const cosineMatrix = (gram: Gram): number[][] => gram.map((row, i) => row.map((_, j) => cosine(gram, i, j)));

/** Lengths of the items of a Gram matrix. */
export const lengths = (gram: Gram): number[] => gram.map((row, i) => Math.sqrt(Math.max(0, row[i])));

export function inner(x: readonly number[], y: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

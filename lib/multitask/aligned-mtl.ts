import { symmetricEigen } from './arithmetic';
import type { GramCombination } from './combination';
import type { Gram } from './conflict-averse';

/**
 * Aligned-MTL (Senushkin, Patakin, Kuznetsov and Konushin, CVPR 2023): the matrix of gradients is replaced by the nearest
 * one whose non-zero singular values are all the smallest of its own, so that tasks are orthogonal and equally long; then
 * the sum [paper, with equal preferences]. With GᵀG = V Λ Vᵀ: w = √λ_min V Λ^{−1/2} Vᵀ 1.
 *
 * Directions below the rounding of float32 count as none [choice]: nearly parallel gradients would otherwise bring the step
 * down to noise.
 */
export function alignedMtl(): GramCombination {
  return {
    name: 'aligned-mtl',
    reads: 'gram',
    weigh: (gram) => ({ weights: align(gram) }),
  };
}

/** Eigenvalues below this share of the largest count as 0, times the number of tasks. */
const ROUNDING = 1.2e-7;

/** The weights of Aligned-MTL. */
export function align(gram: Gram): number[] {
  const { values, vectors } = symmetricEigen(gram);
  const least = Math.max(...values) * gram.length * ROUNDING;
  const kept = values.flatMap((value, k) => (value > least ? [k] : []));
  if (kept.length === 0) return gram.map(() => 1);
  const smallest = Math.min(...kept.map((k) => values[k]));
  const weights = gram.map(() => 0);
  for (const k of kept) {
    const sum = vectors[k].reduce((total, value) => total + value, 0);
    const factor = Math.sqrt(smallest / values[k]) * sum;
    vectors[k].forEach((value, t) => {
      weights[t] += factor * value;
    });
  }
  return weights;
}

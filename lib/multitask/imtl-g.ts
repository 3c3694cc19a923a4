import { solve } from './arithmetic';
import type { GramCombination } from './combination';
import type { Gram } from './conflict-averse';
import { lengths } from './gram';

/**
 * Impartial multi-task learning, its gradient part IMTL-G (Liu, Li, Kuang et al., ICLR 2021): weights that sum to 1
 * and give d the same projection onto every task's gradient direction [paper]: with u_t = g_t / ‖g_t‖,
 * D = (g_1 − g_t), U = (u_1 − u_t) for t = 2 …, (w_2 …) = g_1 Uᵀ (D Uᵀ)⁻¹. Weights may be negative.
 *
 * Where that is not defined (gradients parallel up to the rounding of float32, or a task without one) the weights are such that w_t ‖g_t‖ is the same for
 * all tasks with a gradient [choice].
 */
export function imtlG(): GramCombination {
  return {
    name: 'imtl-g',
    reads: 'gram',
    isMean: true,
    weigh: (gram) => ({ weights: impartial(gram) }),
  };
}

/** The weights of IMTL-G. */
export function impartial(gram: Gram): number[] {
  const norms = lengths(gram);
  const others = gram.slice(1).map((_, i) => i + 1);
  if (norms.every((norm) => norm > 0)) {
    // ⟨g_i, u_1 − u_j⟩
    const onDirection = (i: number, j: number) => gram[i][0] / norms[0] - gram[i][j] / norms[j];
    const matrix = others.map((j) => others.map((i) => onDirection(0, j) - onDirection(i, j)));
    const scale = norms.reduce((sum, norm) => sum + norm, 0);
    const rest = solve(
      matrix.map((row) => row.map((value) => value / scale)),
      others.map((j) => onDirection(0, j) / scale),
    );
    const isParallel = matrix.some((row, i) => row[i] <= 1e-6 * (norms[0] + norms[others[i]]));
    if (rest && !isParallel) return [1 - rest.reduce((sum, value) => sum + value, 0), ...rest];
  }
  const inverse = norms.map((norm) => (norm > 0 ? 1 / norm : 0));
  const sum = inverse.reduce((total, value) => total + value, 0);
  return inverse.map((value) => (sum > 0 ? value / sum : 1 / gram.length));
}

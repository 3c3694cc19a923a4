import { entropy } from '../../multitask/arithmetic';
import type { CombinationFigures } from '../../multitask/combination';

/**
 * A step's figures with the tasks' shares and their entropy: PMTRec's own, over rows; for a method with one weight per
 * task, the weights over their sum. Methods without weights, or with one below 0, have neither.
 */
export function withShares(figures: CombinationFigures): CombinationFigures {
  const { weights } = figures;
  if (figures.shares || !weights) return figures;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!(sum > 0) || weights.some((weight) => weight < 0)) return figures;
  const shares = weights.map((weight) => weight / sum);
  return { ...figures, shares, entropy: [entropy(shares)] };
}

/** Adds up numbers by name, step after step. */
export function runningMeans() {
  const sums = new Map<string, { sum: number[]; count: number }>();
  return {
    add(figures: CombinationFigures): void {
      for (const [name, values] of Object.entries(figures)) {
        const known = sums.get(name);
        sums.set(name, {
          sum: values.map((value, k) => value + (known?.sum[k] ?? 0)),
          count: (known?.count ?? 0) + 1,
        });
      }
    },
    /** Means over the steps that had the name; nothing where none had. */
    of(name: string): number[] | undefined {
      const known = sums.get(name);
      return known?.sum.map((value) => value / known.count);
    },
  };
}

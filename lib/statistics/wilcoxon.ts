import { midranks } from './ranks';

/**
 * Two-sided p value of Wilcoxon's signed-rank test that differences lie symmetrically about zero. Exact, by counting all
 * signs that the ranks could have had, ties among them; differences of zero are left out. `null` where none is left.
 *
 * With few values it cannot be small: at best .0625 for 5 of them, .03125 for 6.
 */
export function signedRankTest(differences: readonly number[]): number | null {
  const values = differences.filter((difference) => difference !== 0);
  if (values.length === 0) return null;
  // Twice the ranks are whole numbers, whatever the ties.
  const ranks = midranks(values.map(Math.abs)).map((rank) => 2 * rank);
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const positive = ranks.reduce((sum, rank, i) => sum + (values[i] > 0 ? rank : 0), 0);
  const smaller = Math.min(positive, total - positive);
  const chance = rankSumChances(ranks, total);
  let tail = 0;
  for (let sum = 0; sum <= smaller; sum++) tail += chance[sum];
  return Math.min(1, 2 * tail);
}

/** Probability of every sum of positive ranks when each sign is as likely as the other. */
function rankSumChances(ranks: readonly number[], total: number): Float64Array {
  const chance = new Float64Array(total + 1);
  chance[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--) {
      chance[sum] = (chance[sum] + (sum >= rank ? chance[sum - rank] : 0)) / 2;
    }
  }
  return chance;
}

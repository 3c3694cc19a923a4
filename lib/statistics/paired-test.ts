import { sampleDeviation, tTail } from './distributions';
import { type MeanInterval, meanInterval } from './interval';
import { signedRankTest } from './wilcoxon';

/** Fewest pairs that a test is made of: two leave one degree of freedom, where the 95 % interval is ±12.7 standard errors. */
export const FEWEST_PAIRS = 3;

/** Paired differences and how surely their mean is not zero. */
export interface PairedTest extends MeanInterval {
  /** Two-sided p value of Student's paired t test; `null` with fewer than {@link FEWEST_PAIRS} pairs. */
  readonly tTest: number | null;
  /** The same by Wilcoxon's signed ranks, which do not ask for normal differences; `null` also where all are zero. */
  readonly signedRank: number | null;
}

/** Tests whether differences (of the same seeds, say) have another mean than zero; `null` where there is no difference. */
export function pairedTest(differences: readonly number[]): PairedTest | null {
  const interval = meanInterval(differences);
  if (interval === null) return null;
  if (interval.count < FEWEST_PAIRS) return { ...interval, tTest: null, signedRank: null };
  return { ...interval, tTest: tTest(differences, interval), signedRank: signedRankTest(differences) };
}

function tTest(differences: readonly number[], { mean, count }: MeanInterval): number {
  const deviation = sampleDeviation(differences);
  // Equal differences leave no doubt: all zero is no difference, all alike is one.
  if (deviation === 0) return mean === 0 ? 1 : 0;
  return tTail(mean / (deviation / Math.sqrt(count)), count - 1);
}

import { byClass } from '../metrics/auc';
import { normalTail } from './distributions';

/** Two AUCs of the same rows and how surely they differ. */
export interface AucDifference {
  readonly first: number;
  readonly second: number;
  /** First minus second. */
  readonly difference: number;
  /** Standard error of the difference; what both models owe to the rows they share has dropped out. */
  readonly error: number;
  /** Two-sided p value; 1 where the two order the rows alike. */
  readonly pValue: number;
}

/**
 * DeLong's test of two models on the same rows (DeLong et al. 1988), with placements in place of all pairs:
 * O(n log n). It speaks of these two trained models, not of the methods: for those, compare over seeds.
 * `null` with fewer than two rows of either class.
 *
 * @param first scores of one model, one per row
 * @param second scores of the other, in the order of the same rows
 */
export function delongTest(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  labels: ArrayLike<number>,
): AucDifference | null {
  const one = placements(first, labels);
  const other = placements(second, labels);
  const [positives, negatives] = [one.ofPositives.length, one.ofNegatives.length];
  if (positives < 2 || negatives < 2) return null;
  const ofPositives = one.ofPositives.map((share, i) => share - other.ofPositives[i]);
  const ofNegatives = one.ofNegatives.map((share, i) => share - other.ofNegatives[i]);
  const difference = mean(ofPositives);
  const error = Math.sqrt(variance(ofPositives) / positives + variance(ofNegatives) / negatives);
  const pValue = error === 0 ? (difference === 0 ? 1 : 0) : normalTail(difference / error);
  return { first: mean(one.ofPositives), second: mean(other.ofPositives), difference, error, pValue };
}

/** For every row, in the order of its class, the share of the other class that stands on its right side, ties half. */
function placements(scores: ArrayLike<number>, labels: ArrayLike<number>) {
  const { high, low } = byClass(scores, labels);
  const highSorted = high.slice().sort();
  const lowSorted = low.slice().sort();
  return {
    ofPositives: Float64Array.from(high, (score) => rank(lowSorted, score) / low.length),
    ofNegatives: Float64Array.from(low, (score) => 1 - rank(highSorted, score) / high.length),
  };
}

/** How many ascending values are smaller than `value`, equal ones counted half. */
function rank(ascending: Float32Array, value: number): number {
  return (firstFrom(ascending, (other) => other >= value) + firstFrom(ascending, (other) => other > value)) / 2;
}

/** The first place where a condition holds that holds from there on. */
function firstFrom(ascending: Float32Array, holds: (value: number) => boolean): number {
  let from = 0;
  let to = ascending.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (holds(ascending[middle])) to = middle;
    else from = middle + 1;
  }
  return from;
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function variance(values: Float64Array): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

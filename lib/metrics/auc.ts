import { ascendingKeys } from './ascending-keys';

/** An area under the ROC curve, or the reason why there is none. */
export interface Auc {
  /** Between 0 and 1; `null` where the rows are all of one class. */
  readonly auc: number | null;
  /** DeLong's standard error over rows; `null` with fewer than two rows of either class. */
  readonly aucError: number | null;
  readonly reason?: string;
}

/**
 * Exact area under the ROC curve: the share of (positive, negative) pairs that the scores put in the right order, a tie
 * counted half; with DeLong's standard error. O(n log n).
 * @param scores One score per row, any scale; compared as float32. None may be NaN.
 * @param labels One 0 or 1 per row.
 * @throws RangeError when the lengths differ or a score is NaN.
 */
export function auc(scores: ArrayLike<number>, labels: ArrayLike<number>): Auc {
  const { high, low } = byClass(scores, labels);
  if (scores.length === 0) return { auc: null, aucError: null, reason: 'no rows' };
  if (high.length === 0) return { auc: null, aucError: null, reason: 'no positive row' };
  if (low.length === 0) return { auc: null, aucError: null, reason: 'no negative row' };
  const [highKeys, lowKeys] = [ascendingKeys(high), ascendingKeys(low)];
  const ofPositives = spread(passed(highKeys, lowKeys));
  const ofNegatives = spread(passed(lowKeys, highKeys));
  const [positives, negatives] = [high.length, low.length];
  const variance =
    ofPositives.variance / (negatives ** 2 * positives) + ofNegatives.variance / (positives ** 2 * negatives);
  return {
    auc: ofPositives.sum / (positives * negatives),
    aucError: positives < 2 || negatives < 2 ? null : Math.sqrt(variance),
  };
}

/** The scores of positive (`high`) and of negative rows (`low`), each in the order of the rows. */
export function byClass(scores: ArrayLike<number>, labels: ArrayLike<number>) {
  const rows = scores.length;
  if (labels.length !== rows) throw new RangeError(`auc: ${rows} scores but ${labels.length} labels`);
  let positives = 0;
  for (let i = 0; i < rows; i++) if (labels[i]) positives++;
  const high = new Float32Array(positives);
  const low = new Float32Array(rows - positives);
  for (let i = 0, p = 0, n = 0; i < rows; i++) {
    const score = scores[i];
    if (Number.isNaN(score)) throw new RangeError(`auc: the score of row ${i} is not a number`);
    // Adding 0 turns -0 into 0: the two would otherwise not be equal.
    if (labels[i]) high[p++] = score + 0;
    else low[n++] = score + 0;
  }
  return { high, low };
}

/** How many of `others` each value exceeds, equal ones counted half; both arrays ascend. */
export function passed<Values extends Float32Array | Uint32Array>(values: Values, others: Values): Float64Array {
  const counts = new Float64Array(values.length);
  let below = 0;
  let upTo = 0;
  for (let i = 0; i < values.length; i++) {
    while (below < others.length && others[below] < values[i]) below++;
    if (upTo < below) upTo = below;
    while (upTo < others.length && others[upTo] === values[i]) upTo++;
    counts[i] = (below + upTo) / 2;
  }
  return counts;
}

/** Sum of some counts, and their variance as a sample; NaN of a single one. */
function spread(counts: Float64Array): { readonly sum: number; readonly variance: number } {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i];
  const mean = sum / counts.length;
  let squares = 0;
  for (let i = 0; i < counts.length; i++) squares += (counts[i] - mean) ** 2;
  return { sum, variance: squares / (counts.length - 1) };
}

import { ascendingKeys } from './ascending-keys';

/** An area under the ROC curve, or the reason why there is none. */
export interface Auc {
  /** Between 0 and 1; `null` where the rows are all of one class. */
  readonly auc: number | null;
  readonly reason?: string;
}

/**
 * Exact area under the ROC curve: the share of (positive, negative) pairs that the scores put in the right order, a tie
 * counted half.
 * @param scores One score per row, any scale; compared as float32. None may be NaN.
 * @param labels One 0 or 1 per row.
 * @throws RangeError when the lengths differ or a score is NaN.
 */
export function auc(scores: ArrayLike<number>, labels: ArrayLike<number>): Auc {
  const rows = scores.length;
  if (labels.length !== rows) throw new RangeError(`auc: ${rows} scores but ${labels.length} labels`);
  if (rows === 0) return { auc: null, reason: 'no rows' };
  let positives = 0;
  for (let i = 0; i < rows; i++) if (labels[i]) positives++;
  if (positives === 0) return { auc: null, reason: 'no positive row' };
  if (positives === rows) return { auc: null, reason: 'no negative row' };
  const high = new Float32Array(positives);
  const low = new Float32Array(rows - positives);
  for (let i = 0, p = 0, n = 0; i < rows; i++) {
    const score = scores[i];
    if (Number.isNaN(score)) throw new RangeError(`auc: the score of row ${i} is not a number`);
    // Adding 0 turns -0 into 0: the two would otherwise not be equal.
    if (labels[i]) high[p++] = score + 0;
    else low[n++] = score + 0;
  }
  return { auc: orderedPairs(ascendingKeys(high), ascendingKeys(low)) / (positives * (rows - positives)) };
}

/** Pairs in which the first value is the larger one, equal pairs counted half; both arrays ascend. */
function orderedPairs(high: Uint32Array, low: Uint32Array): number {
  let below = 0;
  let upTo = 0;
  let pairs = 0;
  for (let i = 0; i < high.length; i++) {
    while (below < low.length && low[below] < high[i]) below++;
    if (upTo < below) upTo = below;
    while (upTo < low.length && low[upTo] === high[i]) upTo++;
    pairs += (below + upTo) / 2;
  }
  return pairs;
}

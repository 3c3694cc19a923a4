import { auc } from '../metrics/auc';
import { normalQuantile } from './distributions';

/** An AUC with an interval over rows: what another sample of rows would give the same model. */
export interface AucInterval {
  readonly auc: number;
  /** Standard error. */
  readonly error: number;
  /** Ends of the interval, inside 0 … 1. */
  readonly low: number;
  readonly high: number;
}

/**
 * The AUC of one run with its interval by DeLong. It says nothing about another seed. `null` with fewer than two rows of
 * either class.
 *
 * @param level default .95
 */
export function aucInterval(scores: ArrayLike<number>, labels: ArrayLike<number>, level = 0.95): AucInterval | null {
  const { auc: value, aucError: error } = auc(scores, labels);
  if (value === null || error === null) return null;
  const half = normalQuantile(level) * error;
  return { auc: value, error, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

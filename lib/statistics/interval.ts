import { meanOfAll, sampleDeviation, tQuantile95 } from './distributions';

/** A mean and half the width of its 95 % confidence interval. */
export interface MeanInterval {
  readonly mean: number;
  /** `null` for a single value, which says nothing about its spread. */
  readonly halfWidth: number | null;
  readonly count: number;
}

/** Mean of some values with its 95 % interval by Student's t; `null` where there is no value. */
export function meanInterval(values: readonly number[]): MeanInterval | null {
  if (values.length === 0) return null;
  const count = values.length;
  const mean = meanOfAll(values);
  if (count === 1) return { mean, halfWidth: null, count };
  return { mean, halfWidth: (tQuantile95(count - 1) * sampleDeviation(values)) / Math.sqrt(count), count };
}

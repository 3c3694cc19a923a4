/** The functions used here of jstat, which brings no types. */
interface JStat {
  mean(values: readonly number[]): number;
  /** With `true`: the sample's deviation, divided by count − 1. */
  stdev(values: readonly number[], ofSample: boolean): number;
  studentt: { inv(probability: number, degrees: number): number };
}

const { jStat } = require('jstat') as { jStat: JStat };

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
  const mean = jStat.mean(values);
  if (count === 1) return { mean, halfWidth: null, count };
  return { mean, halfWidth: (tQuantile95(count - 1) * jStat.stdev(values, true)) / Math.sqrt(count), count };
}

/** The value that |t| exceeds with probability .05 (12.706 for 1 degree of freedom, 4.303 for 2, …). */
export const tQuantile95 = (degrees: number): number => jStat.studentt.inv(0.975, degrees);

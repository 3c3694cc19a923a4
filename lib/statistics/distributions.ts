/** The functions used here of jstat, which brings no types. */
interface JStat {
  mean(values: readonly number[]): number;
  /** With `true`: the sample's deviation, divided by count − 1. */
  stdev(values: readonly number[], ofSample: boolean): number;
  studentt: { inv(probability: number, degrees: number): number; cdf(x: number, degrees: number): number };
  normal: { inv(probability: number, mean: number, deviation: number): number };
  chisquare: { cdf(x: number, degrees: number): number };
  centralF: { cdf(x: number, above: number, below: number): number };
  /** The studentised range. */
  tukey: { inv(probability: number, means: number, degrees: number): number };
  erfc(x: number): number;
}

const { jStat } = require('jstat') as { jStat: JStat };

/** Mean of at least one value. */
export const meanOfAll = (values: readonly number[]): number => jStat.mean(values);

/** Standard deviation of a sample, divided by count − 1; at least two values. */
export const sampleDeviation = (values: readonly number[]): number => jStat.stdev(values, true);

/** The value that |t| exceeds with probability .05 (12.706 for 1 degree of freedom, 4.303 for 2, …). */
export const tQuantile95 = (degrees: number): number => jStat.studentt.inv(0.975, degrees);

/** Probability that |t| is at least as large. */
export const tTail = (t: number, degrees: number): number => 2 * jStat.studentt.cdf(-Math.abs(t), degrees);

/** The value that |z| of a standard normal exceeds with probability `1 − level`. */
export const normalQuantile = (level: number): number => jStat.normal.inv((1 + level) / 2, 0, 1);

/** Probability that |z| of a standard normal is at least as large; below 1e-16 it is 0. */
export const normalTail = (z: number): number => jStat.erfc(Math.abs(z) / Math.SQRT2);

/** Probability that χ² is at least as large. */
export const chiSquareTail = (x: number, degrees: number): number => 1 - jStat.chisquare.cdf(x, degrees);

/** Probability that F is at least as large. */
export const fTail = (f: number, above: number, below: number): number => 1 - jStat.centralF.cdf(f, above, below);

/** What the range of `count` standard normals exceeds with probability .05. */
export const rangeQuantile95 = (count: number): number => jStat.tukey.inv(0.95, count, Number.POSITIVE_INFINITY);

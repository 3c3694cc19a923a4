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
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, halfWidth: null, count };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return { mean, halfWidth: tQuantile95(count - 1) * Math.sqrt(variance / count), count };
}

/** The value that |t| exceeds with probability .05, for a whole number of degrees of freedom (12.706 for 1, 4.303 for 2, …). */
export function tQuantile95(degrees: number): number {
  let low = 0;
  let high = 16;
  // 60 halvings take the interval below the spacing of doubles.
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (probabilityWithin(middle, degrees) < 0.95) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(|t| < x) for whole degrees of freedom: the finite series of Abramowitz and Stegun, 26.7.3 and 26.7.4. */
function probabilityWithin(x: number, degrees: number): number {
  const angle = Math.atan(x / Math.sqrt(degrees));
  const cosine = Math.cos(angle);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let power = odd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= (cosine * cosine * (power - 1)) / power;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { seedAt } from '../backend/random';
import { auc, byClass } from '../metrics/auc';
import type { AucInterval } from './auc-interval';

/** How to draw {@link bootstrapAuc}. */
export interface BootstrapOptions {
  readonly seed: number;
  /** Default: 2000. */
  readonly draws?: number;
  /** Default: .95. */
  readonly level?: number;
}

/**
 * The AUC of one run with a percentile interval from stratified draws: each draw has as many positive and negative rows
 * as the data, taken with replacement within their class. The same seed gives the same interval. DeLong's interval says
 * nearly the same at once; this one follows a skewed distribution near 0 and 1. `null` without rows of both classes.
 */
export function bootstrapAuc(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  { seed, draws = 2000, level = 0.95 }: BootstrapOptions,
): AucInterval | null {
  const value = auc(scores, labels).auc;
  if (value === null) return null;
  const { high, low } = byClass(scores, labels);
  const { places, count } = distinctPlaces(high, low);
  const generator = xoroshiro128plus(seedAt(seed, 'bootstrap'));
  const drawn = { high: new Uint32Array(count), low: new Uint32Array(count) };
  const draw = (into: Uint32Array, from: Uint32Array) => {
    into.fill(0);
    for (let i = 0; i < from.length; i++) into[from[uniformInt(generator, 0, from.length - 1)]]++;
  };
  const values = new Float64Array(draws);
  for (let d = 0; d < draws; d++) {
    draw(drawn.high, places.high);
    draw(drawn.low, places.low);
    let pairs = 0;
    let below = 0;
    for (let place = 0; place < count; place++) {
      pairs += drawn.high[place] * (below + drawn.low[place] / 2);
      below += drawn.low[place];
    }
    values[d] = pairs / (high.length * low.length);
  }
  values.sort();
  const mean = values.reduce((sum, one) => sum + one, 0) / draws;
  const squares = values.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const tail = (1 - level) / 2;
  return {
    auc: value,
    error: Math.sqrt(squares / (draws - 1)),
    low: quantile(values, tail),
    high: quantile(values, 1 - tail),
  };
}

/** Every row's place among the distinct scores of both classes, so that a draw needs no sorting. */
function distinctPlaces(high: Float32Array, low: Float32Array) {
  const distinct = new Float32Array(high.length + low.length);
  distinct.set(high);
  distinct.set(low, high.length);
  distinct.sort();
  let count = 0;
  for (const score of distinct) if (count === 0 || distinct[count - 1] !== score) distinct[count++] = score;
  const placeOf = new Map<number, number>();
  for (let place = 0; place < count; place++) placeOf.set(distinct[place], place);
  const placesOf = (scores: Float32Array) => Uint32Array.from(scores, (score) => placeOf.get(score)!);
  return { places: { high: placesOf(high), low: placesOf(low) }, count };
}

/** A quantile of ascending values, between neighbours by their distance. */
function quantile(ascending: Float64Array, share: number): number {
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const above = Math.min(ascending.length - 1, below + 1);
  return ascending[below] + (place - below) * (ascending[above] - ascending[below]);
}

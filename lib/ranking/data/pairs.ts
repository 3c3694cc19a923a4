/** Distinct pairs of numbers, sorted by the first, then by the second. */
export interface Pairs {
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Pairs that were given again. */
  readonly repeats: number;
  /** Where a pair stands, by binary search; −1 for one that is not there. */
  readonly find: (first: number, second: number) => number;
}

/**
 * Sorts pairs and drops repeats.
 * @param first Numbers from 0.
 * @param second Numbers below `limit`, one per entry of `first`.
 */
export function distinctPairs(first: ArrayLike<number>, second: ArrayLike<number>, limit: number): Pairs {
  // A pair as one number; exact in float64, as the product of two counts stays far below 2^53.
  const codes = Float64Array.from({ length: first.length }, (_, k) => first[k] * limit + second[k]).sort();
  let kept = 0;
  for (let k = 0; k < codes.length; k++) if (k === 0 || codes[k] !== codes[k - 1]) codes[kept++] = codes[k];
  const own = codes.subarray(0, kept);
  return {
    first: Int32Array.from(own, (code) => Math.floor(code / limit)),
    second: Int32Array.from(own, (code) => code % limit),
    repeats: first.length - kept,
    find(one, other) {
      const code = one * limit + other;
      let [low, high] = [0, kept - 1];
      while (low <= high) {
        const middle = (low + high) >>> 1;
        if (own[middle] === code) return middle;
        if (own[middle] < code) low = middle + 1;
        else high = middle - 1;
      }
      return -1;
    },
  };
}

/**
 * Holm's step-down correction for looking at several comparisons at once: p values that can each be held against one
 * level, so that the chance of any false finding among them stays below it. `null` (no test was possible) stays `null`
 * and does not count.
 *
 * @example holm([0.01, 0.04, 0.03]) // [0.03, 0.06, 0.06]
 */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const tested = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let largest = 0;
  tested.forEach(({ p, index }, place) => {
    largest = Math.max(largest, Math.min(1, p * (tested.length - place)));
    adjusted[index] = largest;
  });
  return adjusted;
}

import { FEWEST_PAIRS, holm, pairedTest } from '../statistics';

/**
 * How a method stands to the best one of a column: `level` is not distinguishable from it, `untested` has too few seeds,
 * or too few in common with it, `null` has no value or nothing to be compared with.
 */
export type Standing = 'best' | 'level' | 'behind' | 'untested' | null;

/** What a method shows in one column. */
export interface Contender {
  /** As it is printed: methods that print the same figure are equally good. */
  readonly text: string;
  readonly mean: number | null;
  /** One value per seed. */
  readonly bySeed: ReadonlyMap<number, number>;
}

/** A standing with the p value behind it. */
export interface Mark {
  readonly standing: Standing;
  /** Holm-corrected over all comparisons of the table; `null` where none was made. */
  readonly adjusted: number | null;
}

/** The level that corrected p values are held against. */
const LEVEL = 0.05;

/**
 * Compares every method of every column with the best of the column, paired by seed, and corrects over all of these
 * comparisons together.
 *
 * @param columns contenders by column, then by method
 */
export function marks(columns: readonly (readonly Contender[])[]): Mark[][] {
  const tests = columns.map(againstBest);
  const adjusted = holm(tests.flat().map(({ pValue }) => pValue));
  let next = 0;
  return tests.map((column) =>
    column.map(({ standing }): Mark => {
      const p = adjusted[next++];
      return { standing: standing ?? (p === null ? null : p < LEVEL ? 'behind' : 'level'), adjusted: p };
    }),
  );
}

/** The p value of every contender against the best, or what can be said without one. */
function againstBest(contenders: readonly Contender[]): { standing?: Standing; pValue: number | null }[] {
  const defined = contenders.filter(({ mean }) => mean !== null);
  // Alone, a method is not the best of anything.
  if (defined.length < 2) return contenders.map(() => ({ standing: null, pValue: null }));
  // The mean of one or two seeds may be the highest by chance: it is not the best where others have enough.
  const firm = defined.filter(({ bySeed }) => bySeed.size >= FEWEST_PAIRS);
  const best = (firm.length > 0 ? firm : defined).reduce((one, other) => (other.mean! > one.mean! ? other : one));
  return contenders.map((contender) => {
    if (contender.mean === null) return { standing: null, pValue: null };
    if (firm.length > 0 && !firm.includes(contender)) return { standing: 'untested', pValue: null };
    if (contender.text === best.text) return { standing: 'best', pValue: null };
    const pValue = pairedTest(differences(best.bySeed, contender.bySeed))?.tTest ?? null;
    return pValue === null ? { standing: 'untested', pValue } : { pValue };
  });
}

/** First minus second, for the seeds that both have. */
export function differences(first: ReadonlyMap<number, number>, second: ReadonlyMap<number, number>): number[] {
  return [...first].flatMap(([seed, value]) => {
    const other = second.get(seed);
    return other === undefined ? [] : [value - other];
  });
}

import { chiSquareTail, fTail, rangeQuantile95 } from './distributions';
import { midranks } from './ranks';

/** Mean ranks of several methods over blocks (scenarios and tasks, say), and whether they differ at all. */
export interface FriedmanTest {
  /** Mean rank by method, 1 is best. */
  readonly meanRanks: readonly number[];
  readonly blocks: number;
  /** Friedman's χ², corrected for ties. */
  readonly chiSquare: number;
  /** Its p value with (methods − 1) degrees of freedom. */
  readonly pValue: number;
  /** The p value by Iman and Davenport's F, less shy with few blocks. */
  readonly fPValue: number;
  /** Methods whose mean ranks are closer than this cannot be told apart (Nemenyi, all pairs, level .05). */
  readonly criticalDifference: number;
}

/**
 * Friedman's test over `values[block][method]`, larger is better. `null` with fewer than two blocks or three methods,
 * where a paired test says more. The blocks should be independent: seeds of one data set are less so than data sets.
 */
export function friedman(values: readonly (readonly number[])[]): FriedmanTest | null {
  const blocks = values.length;
  const methods = values[0]?.length ?? 0;
  if (blocks < 2 || methods < 3) return null;
  const ranks = values.map((block) => midranks(block.map((value) => -value)));
  const meanRanks = Array.from(
    { length: methods },
    (_, method) => ranks.reduce((sum, block) => sum + block[method], 0) / blocks,
  );
  const middle = (methods + 1) / 2;
  const between = blocks * meanRanks.reduce((sum, rank) => sum + (rank - middle) ** 2, 0);
  const within = ranks.flat().reduce((sum, rank) => sum + (rank - middle) ** 2, 0);
  // All methods equal in every block: nothing differs.
  const chiSquare = within === 0 ? 0 : (blocks * (methods - 1) * between) / within;
  const most = blocks * (methods - 1);
  const f = chiSquare >= most ? Number.POSITIVE_INFINITY : ((blocks - 1) * chiSquare) / (most - chiSquare);
  return {
    ...{ meanRanks, blocks, chiSquare },
    pValue: chiSquareTail(chiSquare, methods - 1),
    fPValue: f === Number.POSITIVE_INFINITY ? 0 : fTail(f, methods - 1, (methods - 1) * (blocks - 1)),
    criticalDifference: criticalDifference(methods, blocks),
  };
}

/** Nemenyi's critical difference of mean ranks at level .05 (Demšar, JMLR 7, 2006). */
export function criticalDifference(methods: number, blocks: number): number {
  return (rangeQuantile95(methods) / Math.SQRT2) * Math.sqrt((methods * (methods + 1)) / (6 * blocks));
}

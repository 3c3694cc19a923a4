import type { ResultLine } from '../experiments/types';
import { FEWEST_PAIRS } from '../statistics';
import type { ResultTable, TableCell } from './table';

/** How a kind of table shows the marks that its legend speaks of. */
export interface MarkNames {
  /** Default: `Bold`. */
  readonly best?: string;
  /** Default: `≈`. */
  readonly level?: string;
}

/** What a legend is made of. */
export interface LegendFacts {
  readonly methods: number;
  /** Fewest and most seeds of a method. */
  readonly seeds: readonly [number, number];
  readonly scenarios: number;
  readonly selection: ResultLine['selection'];
  /** Comparisons with the best of a column that were tested. */
  readonly tested: number;
  readonly cells: readonly TableCell[];
}

/** How to read a table, one sentence each; those on marks begin with a word that {@link legendText} replaces. */
export function legendOf({ methods, seeds, scenarios, selection, tested, cells }: LegendFacts): string[] {
  const kept =
    selection === 'common'
      ? 'The round with the best mean validation AUC was kept.'
      : 'Each client kept the round with its own best validation AUC.';
  const [least, most] = seeds;
  const range = least === most ? String(most) : `${least} to ${most}`;
  const isOver = (over: TableCell['over']) => cells.some((cell) => cell.over === over);
  const spread = !isOver('seeds')
    ? ` without intervals, which need ${FEWEST_PAIRS}`
    : ` ± half the 95 % t interval${least < FEWEST_PAIRS ? `, from ${FEWEST_PAIRS} seeds on` : ''}`;
  const hasUntested = cells.some(({ standing }) => standing === 'untested');
  return [
    ...(scenarios > 1 ? ['mean and worst are over scenarios.'] : []),
    ...(most > 1 ? [`Mean over ${range} seeds${spread}.`] : []),
    ...(isOver('rows')
      ? ['± half the 95 % interval over test rows (DeLong) of one seed; other seeds may differ by more.']
      : []),
    ...(methods > 1 ? ['Marked: the best mean of the column.'] : []),
    ...(tested > 0
      ? [
          `Level: cannot be told from the best (paired t test over seeds, Holm's correction for ${tested} comparisons, level .05); unmarked ones are behind it.`,
        ]
      : []),
    ...(methods > 1 && most < FEWEST_PAIRS
      ? [`Fewer than ${FEWEST_PAIRS} seeds: nothing is tested, and the best need not be better than the others.`]
      : []),
    ...(hasUntested ? [`?: fewer than ${FEWEST_PAIRS} seeds (or in common with the best): not tested.`] : []),
    kept,
  ];
}

/** The legend with the marks called what this kind of table shows. */
export function legendText({ legend }: ResultTable, { best = 'Bold', level = '≈' }: MarkNames = {}): string {
  return legend.map((sentence) => sentence.replace(/^Marked:/, `${best}:`).replace(/^Level:/, `${level}:`)).join(' ');
}

import type { RankingReference } from '../experiments/public-figures';
import type { RankingResultLine } from '../experiments/ranking/types';
import { FEWEST_PAIRS } from '../statistics';
import { formatSeconds } from './format';
import type { ResultTable, TableCell, TableColumn, TableRow } from './table';
import { type BareCell, costCell, seedCell } from './table-cells';
import { type Mark, marks } from './table-marks';

/** What a ranking table shows. */
export interface RankingTableOptions {
  /** Default: `test`. */
  readonly split?: RankingResultLine['split'];
  readonly title?: string;
  /** Rows beside the methods: what others print for the same data. */
  readonly references?: readonly RankingReference[];
}

/**
 * Recall@K and NDCG@K by method (rows), with the chosen epoch and the time. With several seeds a cell is a mean, from three
 * on with its 95 % t interval, and is compared with the best of its column.
 */
export function rankingTable(
  lines: readonly RankingResultLine[],
  {
    split = 'test',
    title = `${split === 'test' ? 'Test' : 'Validation'} ranking`,
    references = [],
  }: RankingTableOptions = {},
): ResultTable {
  const own = lines.filter((line) => line.split === split);
  const methods = [...new Set(own.map(({ method }) => method))];
  const metrics = [...new Set(own.map(({ metric }) => metric))].sort(byMetric);
  const linesOf = (method: string, metric: string) =>
    own.filter((line) => line.method === method && line.metric === metric);
  const cells = methods.map((method) =>
    metrics.map((metric) => seedCell(new Map(linesOf(method, metric).map(({ seed, value }) => [seed, value])))),
  );
  const found = marks(
    metrics.map((_, column) =>
      cells.map((row) => ({ text: row[column].text, mean: row[column].value, bySeed: row[column].bySeed })),
    ),
  );
  const seeds = methods.map(
    (method) => new Set(own.filter((line) => line.method === method).map(({ seed }) => seed)).size,
  );
  const isSmall = Math.max(0, ...seeds) < FEWEST_PAIRS;
  const rows = methods.map((method, m) => {
    const one = metrics.length > 0 ? linesOf(method, metrics[0]) : [];
    const costs = [
      costCell(
        one.map(({ epoch }) => epoch),
        (epoch) => epoch.toFixed(0),
      ),
      costCell(
        one.map(({ seconds }) => seconds),
        formatSeconds,
      ),
    ];
    return {
      name: method,
      kind: 'method' as const,
      seeds: seeds[m],
      cells: [
        ...cells[m].map((cell, column) => withMark(cell, found[column][m], isSmall)),
        ...costs.map((cell) => withMark(cell, { standing: null, adjusted: null }, isSmall)),
      ],
    };
  });
  const tested = found.flat().filter(({ adjusted }) => adjusted !== null).length;
  const beside = references.map(
    ({ name, values }): TableRow => ({
      name,
      kind: 'reference',
      seeds: 0,
      cells: [...metrics.map((metric) => values[metric]), undefined, undefined].map(printedElsewhere),
    }),
  );
  const legend = legendOf(methods.length, seeds, tested);
  if (beside.length > 0) legend.push(BESIDE);
  return { title, columns: columnsOf(metrics), rows: [...rows, ...beside], notes: [], legend };
}

const BESIDE =
  'Below the line: what others print for these data, prepared, split and searched their way; it takes no part in marks.';

function printedElsewhere(value: number | undefined): TableCell {
  const { bySeed: _, ...cell } = seedCell(new Map(value === undefined ? [] : [[0, value]]));
  return { ...cell, best: false, standing: null, adjusted: null };
}

/** `recall@20` → the column `@20` of the group `recall`. */
const columnsOf = (metrics: readonly string[]): TableColumn[] => [
  ...metrics.map((metric): TableColumn => {
    const [group, cutoff] = metric.split('@');
    return { label: `@${cutoff}`, group, kind: 'scenario' };
  }),
  { label: 'epoch', group: 'cost', kind: 'seconds' },
  { label: 'time', group: 'cost', kind: 'seconds' },
];

/** Recall before NDCG, small cutoffs before large ones. */
function byMetric(a: string, b: string): number {
  const [[nameA, cutoffA], [nameB, cutoffB]] = [a.split('@'), b.split('@')];
  return nameB.localeCompare(nameA) || Number(cutoffA) - Number(cutoffB);
}

function withMark({ bySeed: _, ...cell }: BareCell, mark: Mark, isSmall: boolean): TableCell {
  // Where no method has enough seeds the legend says so once, and no cell has to.
  const { standing, adjusted } = isSmall && mark.standing === 'untested' ? { standing: null, adjusted: null } : mark;
  return { ...cell, best: standing === 'best', standing, adjusted };
}

function legendOf(methods: number, seeds: readonly number[], tested: number): string[] {
  const [least, most] = [Math.min(...seeds), Math.max(0, ...seeds)];
  const range = least === most ? String(most) : `${least} to ${most}`;
  const spread = most < FEWEST_PAIRS ? ` without intervals, which need ${FEWEST_PAIRS}` : ' ± half the 95 % t interval';
  return [
    'Means over users of the full ranking of items that a user had not taken before.',
    ...(most > 1 ? [`Mean over ${range} seeds${spread}.`] : []),
    ...(methods > 1 ? ['Marked: the best mean of the column.'] : []),
    ...(tested > 0
      ? [
          `Level: cannot be told from the best (paired t test over seeds, Holm's correction for ${tested} comparisons, level .05); unmarked ones are behind it.`,
        ]
      : []),
    ...(methods > 1 && most < FEWEST_PAIRS
      ? [`Fewer than ${FEWEST_PAIRS} seeds: nothing is tested, and the best need not be better than the others.`]
      : []),
    'The epoch with the best validation Recall@20 was kept.',
  ];
}

import type { SplitName } from '../data/types';
import type { ReferenceScores } from '../experiments/store';
import type { ResultLine } from '../experiments/types';
import { FEWEST_PAIRS } from '../statistics';
import { formatBytes, formatSeconds } from './format';
import { type BareCell, costCell, referenceCells, taskCells } from './table-cells';
import { legendOf } from './table-legend';
import { type Mark, marks, type Standing } from './table-marks';

/** One column of a result table. */
export interface TableColumn {
  /** What stands above the column: a scenario, `mean`, `worst`, `sent`, `time`. */
  readonly label: string;
  /** The columns of a group stand together: a task, or `cost`. */
  readonly group: string;
  readonly kind: 'scenario' | 'mean' | 'worst' | 'bytes' | 'seconds';
}

/** One figure of a result table. */
export interface TableCell {
  /** Mean over seeds; `null` where undefined. */
  readonly value: number | null;
  /** Half the width of the 95 % interval; `null` where nothing speaks of the spread. */
  readonly halfWidth: number | null;
  /** What the interval is over: seeds, or the rows of a single run (DeLong), where no method has more. */
  readonly over: 'seeds' | 'rows' | null;
  /** The value as it is printed, without its interval: `0.7312`, `12.4 MB`, `–`. */
  readonly text: string;
  /** The interval as it is printed: `±0.0021`, or nothing. */
  readonly spread: string;
  /** Whether no method has a higher AUC in this column. */
  readonly best: boolean;
  /** How the method stands to the best one of the column. */
  readonly standing: Standing;
  /** p value of the paired t test against the best, Holm-corrected over the table; `null` where none was made. */
  readonly adjusted: number | null;
  /** Number of the note that explains the cell, counted from 1. */
  readonly note?: number;
}

/** One row of a result table: a method, or figures from outside. */
export interface TableRow {
  readonly name: string;
  readonly kind: 'method' | 'reference';
  readonly seeds: number;
  /** One cell per column. */
  readonly cells: readonly TableCell[];
}

/** A table of results, ready to be drawn as text, Markdown or HTML. */
export interface ResultTable {
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
  /** Explanations that cells point to. */
  readonly notes: readonly string[];
  /** How to read the table, one sentence each. */
  readonly legend: readonly string[];
}

/** What a result table reads of a line: those of a study say nothing about costs. */
export type TableLine = Pick<
  ResultLine,
  'method' | 'seed' | 'scenario' | 'task' | 'split' | 'selection' | 'auc' | 'aucError' | 'reason'
> &
  Partial<Pick<ResultLine, 'bytes' | 'seconds'>>;

/** What a result table shows. */
export interface ResultTableOptions {
  /** Default: `test`. */
  readonly split?: SplitName;
  /** Which kept round; default: `common` if the lines hold it, else what they hold. */
  readonly selection?: ResultLine['selection'];
  /** Rows beside the methods: a boosted-tree floor, the Bayes AUC. */
  readonly references?: readonly ReferenceScores[];
  readonly title?: string;
}

/**
 * Test AUC by method (rows), scenario and task (columns), with the macro mean over scenarios, the worst scenario, bytes
 * and time. With several seeds a cell is a mean with its 95 % t interval; mean and worst scenario are taken per seed first.
 * From three seeds on, every cell is compared with the best of its column.
 */
export function resultTable(lines: readonly TableLine[], options: ResultTableOptions = {}): ResultTable {
  const split = options.split ?? 'test';
  const ofSplit = lines.filter((line) => line.split === split);
  const selection =
    options.selection ?? (ofSplit.some((line) => line.selection === 'common') ? 'common' : 'per-client');
  const chosen = ofSplit.filter((line) => line.selection === selection);
  const methods = distinct(chosen.map((line) => line.method));
  const tasks = distinct(chosen.map((line) => line.task));
  const scenarios = distinct(chosen.map((line) => line.scenario));
  // A scenario may lack a task: then no method has a line for it, and its cells stay empty.
  const having = (task: string) => distinct(chosen.filter((line) => line.task === task).map((line) => line.scenario));
  const notes: string[] = [];
  const noteOf = (text: string) => {
    if (!notes.includes(text)) notes.push(text);
    return notes.indexOf(text) + 1;
  };

  const columns: TableColumn[] = tasks.flatMap((task): TableColumn[] => [
    ...scenarios.map((label): TableColumn => ({ label, group: task, kind: 'scenario' })),
    { label: 'mean', group: task, kind: 'mean' },
    { label: 'worst', group: task, kind: 'worst' },
  ]);
  const costs = COSTS.filter(({ of }) => chosen.some((line) => line[of] !== undefined));

  const bySeedOf = (method: string) =>
    groupBy(
      chosen.filter((line) => line.method === method),
      (line) => line.seed,
    );
  const single = methods.every((method) => bySeedOf(method).size === 1);
  const methodRows = methods.map((method): BareRow => {
    const bySeed = bySeedOf(method);
    const first = [...bySeed.values()].map((group) => group[0]);
    return {
      name: method,
      kind: 'method',
      seeds: bySeed.size,
      cells: [
        ...tasks.flatMap((task) => taskCells(bySeed, { task, scenarios, having: having(task) }, single, noteOf)),
        ...costs.map(({ of, format }) =>
          costCell(
            first.flatMap((line) => line[of] ?? []),
            format,
          ),
        ),
      ],
    };
  });
  const referenceRows = (options.references ?? []).map((reference): BareRow => {
    const known = tasks.flatMap((task) => referenceCells(reference, { task, scenarios, having: having(task) }));
    const free = costs.map(({ format }) => costCell([], format));
    return { name: reference.name, kind: 'reference', seeds: 0, cells: [...known, ...free] };
  });

  const seedCounts = methodRows.map(({ seeds }) => seeds);
  const { rows, tested } = marked(methodRows, columns.length);
  return {
    title: options.title ?? `${split[0].toUpperCase()}${split.slice(1)} AUC`,
    columns: [...columns, ...costs.map(({ column }) => column)],
    rows: [...rows, ...referenceRows.map((row) => withMarks(row, []))],
    notes,
    legend: legendOf({
      methods: methods.length,
      seeds: [Math.min(...seedCounts), Math.max(...seedCounts)],
      scenarios: scenarios.length,
      ...{ selection, tested },
      cells: rows.flatMap((row) => row.cells),
    }),
  };
}

const COSTS = [
  { of: 'bytes', format: formatBytes, column: { label: 'sent', group: 'cost', kind: 'bytes' } },
  { of: 'seconds', format: formatSeconds, column: { label: 'time', group: 'cost', kind: 'seconds' } },
] as const;

interface BareRow extends Omit<TableRow, 'cells'> {
  readonly cells: readonly BareCell[];
}

/** Compares the methods in the first columns, those with an AUC; says how many comparisons could be tested. */
function marked(rows: readonly BareRow[], columns: number): { rows: TableRow[]; tested: number } {
  const found = marks(
    Array.from({ length: columns }, (_, column) =>
      rows.map(({ cells }) => ({ text: cells[column].text, mean: cells[column].value, bySeed: cells[column].bySeed })),
    ),
  );
  const tested = found.flat().filter(({ adjusted }) => adjusted !== null).length;
  // Where no method has enough seeds the legend says so once, and no cell has to.
  const isSmall = rows.every(({ seeds }) => seeds < FEWEST_PAIRS);
  const shown = (mark: Mark): Mark =>
    isSmall && mark.standing === 'untested' ? { standing: null, adjusted: null } : mark;
  return {
    rows: rows.map((row, method) =>
      withMarks(
        row,
        found.map((column) => shown(column[method])),
      ),
    ),
    tested,
  };
}

function withMarks(row: BareRow, found: readonly Mark[]): TableRow {
  const cells = row.cells.map(({ bySeed: _, ...cell }, column): TableCell => {
    const { standing, adjusted } = found[column] ?? { standing: null, adjusted: null };
    return { ...cell, best: standing === 'best', standing, adjusted };
  });
  return { ...row, cells };
}

function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}

function groupBy<Value, Key>(values: readonly Value[], key: (value: Value) => Key): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group) group.push(value);
    else groups.set(key(value), [value]);
  }
  return groups;
}

import type { SplitName } from '../data/types';
import type { ReferenceScores } from '../experiments/store';
import type { ResultLine } from '../experiments/types';
import { type MeanInterval, meanInterval } from '../statistics/interval';
import { formatBytes, formatSeconds } from './format';

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
  /** Half the width of the 95 % interval over seeds; `null` for a single seed. */
  readonly halfWidth: number | null;
  /** The value as it is printed, without its interval: `0.7312`, `12.4 MB`, `–`. */
  readonly text: string;
  /** The interval as it is printed: `±0.0021`, or nothing. */
  readonly spread: string;
  /** Whether no method has a higher AUC in this column. */
  readonly best: boolean;
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

type BareCell = Omit<TableCell, 'best'>;

const EMPTY: BareCell = { value: null, halfWidth: null, text: '', spread: '' };

/**
 * Test AUC by method (rows), scenario and task (columns), with the macro mean over scenarios, the worst scenario, bytes
 * and time. With several seeds a cell is a mean with its 95 % t interval; mean and worst scenario are taken per seed first.
 */
export function resultTable(lines: readonly ResultLine[], options: ResultTableOptions = {}): ResultTable {
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
  const costs: TableColumn[] = [
    { label: 'sent', group: 'cost', kind: 'bytes' },
    { label: 'time', group: 'cost', kind: 'seconds' },
  ];

  const methodRows = methods.map((method) => {
    const own = chosen.filter((line) => line.method === method);
    const bySeed = groupBy(own, (line) => line.seed);
    const cells = tasks.flatMap((task) => taskCells(bySeed, task, scenarios, having(task), noteOf));
    const first = [...bySeed.values()].map((group) => group[0]);
    const bytes = meanInterval(first.map((line) => line.bytes));
    const seconds = meanInterval(first.map((line) => line.seconds));
    return {
      name: method,
      kind: 'method' as const,
      seeds: bySeed.size,
      cells: [...cells, cost(bytes, formatBytes), cost(seconds, formatSeconds)],
    };
  });
  const referenceRows = (options.references ?? []).map((reference) => ({
    name: reference.name,
    kind: 'reference' as const,
    seeds: 0,
    cells: [
      ...tasks.flatMap((task) => referenceCells(reference, task, scenarios, having(task))),
      cost(null, formatBytes),
      cost(null, formatSeconds),
    ],
  }));

  const best = columns.map((_column, index) => bestText(methodRows.map((row) => row.cells[index])));
  const rows: TableRow[] = [...methodRows, ...referenceRows].map((row) => ({
    ...row,
    cells: row.cells.map((cell, index) => ({
      ...cell,
      best: row.kind === 'method' && cell.value !== null && cell.text === best[index],
    })),
  }));
  const seeds = distinct(chosen.map((line) => line.seed)).length;
  return {
    title: options.title ?? `${split[0].toUpperCase()}${split.slice(1)} AUC`,
    columns: [...columns, ...costs],
    rows,
    notes,
    legend: legend(methods.length, seeds, selection, scenarios.length),
  };
}

function taskCells(
  bySeed: ReadonlyMap<number, readonly ResultLine[]>,
  task: string,
  scenarios: readonly string[],
  having: readonly string[],
  noteOf: (text: string) => number,
): BareCell[] {
  const seeds = [...bySeed.values()].map((lines) => lines.filter((line) => line.task === task));
  const cells = scenarios.map((scenario) => {
    if (!having.includes(scenario)) return EMPTY;
    const lines = seeds.flatMap((ofSeed) => ofSeed.filter((line) => line.scenario === scenario));
    const defined = lines.flatMap((line) => (line.auc === null ? [] : [line.auc]));
    const missing = lines.find((line) => line.auc === null);
    if (defined.length === 0) {
      const reason = lines.length === 0 ? 'no result stored' : (missing?.reason ?? 'undefined');
      return cell(null, auc, noteOf(`${scenario}, ${task}: ${reason}.`));
    }
    if (defined.length === seeds.length) return cell(meanInterval(defined), auc);
    const reason = missing?.reason ? ` (${missing.reason})` : '';
    return cell(
      meanInterval(defined),
      auc,
      noteOf(`${scenario}, ${task}: from ${defined.length} of ${seeds.length} seeds${reason}.`),
    );
  });

  const definedBySeed = seeds.map((lines) => lines.flatMap((line) => (line.auc === null ? [] : [line.auc])));
  const some = definedBySeed.filter((values) => values.length > 0);
  const fewest = Math.min(...some.map((values) => values.length));
  const note =
    some.length === 0
      ? noteOf(`${task}: undefined in every scenario.`)
      : fewest < having.length
        ? noteOf(`${task}: mean and worst are over ${fewest} of ${having.length} scenarios, those with a defined AUC.`)
        : undefined;
  const means = some.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  return [
    ...cells,
    cell(meanInterval(means), auc, note),
    cell(meanInterval(some.map((values) => Math.min(...values))), auc, note),
  ];
}

function referenceCells(
  reference: ReferenceScores,
  task: string,
  scenarios: readonly string[],
  having: readonly string[],
): BareCell[] {
  const known = (scenario: string) => (having.includes(scenario) ? reference.values[scenario]?.[task] : null) ?? null;
  const values = scenarios.map(known);
  const defined = values.flatMap((value) => (value === null ? [] : [value]));
  const single = (value: number | null) =>
    cell(value === null ? null : { mean: value, halfWidth: null, count: 1 }, auc);
  // A mean over fewer scenarios than the methods have could not be compared with theirs.
  const whole = defined.length === having.length && defined.length > 0;
  const macro = whole ? defined.reduce((sum, value) => sum + value, 0) / defined.length : null;
  const cells = values.map((value, s) => (having.includes(scenarios[s]) ? single(value) : EMPTY));
  return [...cells, single(macro), single(whole ? Math.min(...defined) : null)];
}

function cell(interval: MeanInterval | null, format: (value: number) => string, note?: number): BareCell {
  if (interval === null) return { value: null, halfWidth: null, text: '–', spread: '', note };
  const { mean, halfWidth } = interval;
  return {
    value: mean,
    halfWidth,
    text: format(mean),
    spread: halfWidth === null ? '' : `±${format(halfWidth)}`,
    note,
  };
}

/** Cost cells carry no interval: they say how large, not how certain. */
function cost(interval: MeanInterval | null, format: (value: number) => string): BareCell {
  return cell(interval === null ? null : { ...interval, halfWidth: null }, format);
}

function auc(value: number): string {
  return value.toFixed(4);
}

/** Methods that print the same figure are equally good; alone, a method is not the best of anything. */
function bestText(cells: readonly BareCell[]): string | undefined {
  const defined = cells.filter((candidate) => candidate.value !== null);
  if (defined.length < 2) return undefined;
  return defined.reduce((best, candidate) => (candidate.value! > best.value! ? candidate : best)).text;
}

function legend(methods: number, seeds: number, selection: ResultLine['selection'], scenarios: number): string[] {
  const kept =
    selection === 'common'
      ? 'The round with the best mean validation AUC was kept.'
      : 'Each client kept the round with its own best validation AUC.';
  return [
    ...(scenarios > 1 ? ['mean and worst are over scenarios.'] : []),
    ...(seeds > 1 ? [`Mean over ${seeds} seeds ± half the 95 % t interval.`] : []),
    ...(methods > 1
      ? ['Marked: the highest mean of the column among the methods, which need not be a significant difference.']
      : []),
    kept,
  ];
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

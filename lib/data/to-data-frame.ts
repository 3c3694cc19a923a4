import type { DataFrame } from 'danfojs-node';
import { checkOptionNames, DataError, hint } from './error';
import { unscale } from './ingest/numbers';
import { labelsOf } from './tasks';
import type { Dataset, Split, SplitName } from './types';

/** Which rows of a data set become a frame. */
export interface FrameOptions {
  /** Default: all scenarios. */
  readonly scenario?: string;
  /** Default: `train`. */
  readonly split?: SplitName;
  /** At most this many rows, evenly spaced over the chosen ones; default 10,000. */
  readonly rows?: number;
  /** Names of the fields to show; default all. */
  readonly fields?: readonly string[];
}

const splitNames: readonly SplitName[] = ['train', 'validation', 'test'];

/**
 * Shows rows of a data set as a Danfo frame, for looking and plotting: the columns `scenario` and `split`, the tasks as
 * 0 and 1 (NaN where a scenario has no such task), categorical fields as their texts (`(missing)`, `(unseen)`), and numbers as they were before scaling. A
 * missing number appears as the training mean.
 * @throws DataError when an option names no scenario, split or field.
 */
export async function toDataFrame(dataset: Dataset, options: FrameOptions = {}): Promise<DataFrame> {
  checkOptionNames('toDataFrame', options, ['scenario', 'split', 'rows', 'fields']);
  const split = options.split ?? 'train';
  check('split', split, splitNames);
  const names = dataset.scenarios.map(({ name }) => name);
  if (options.scenario !== undefined) check('scenario', options.scenario, names);
  const known = [...dataset.categorical, ...dataset.numerical].map(({ name }) => name);
  for (const field of options.fields ?? []) check('field', field, known);
  const parts = dataset.scenarios
    .filter(({ name }) => options.scenario === undefined || name === options.scenario)
    .map((scenario) => ({ scenario, name: scenario.name, rows: scenario.splits[split] }));
  const total = parts.reduce((sum, { rows }) => sum + rows.rows, 0);
  const limit = options.rows ?? 10_000;
  if (!Number.isInteger(limit) || limit < 1)
    throw new DataError(`toDataFrame: rows is ${limit}, but must be at least 1`);
  const step = Math.max(1, total / limit);
  const columns: Record<string, (string | number)[]> = {};
  const add = (name: string, value: (part: (typeof parts)[number], row: number) => string | number) => {
    columns[name] = spaced(parts, total, step, value);
  };
  add('scenario', (part) => part.name);
  add('split', () => split);
  for (const task of dataset.tasks) {
    const labels = new Map(parts.map((part) => [part, labelsOf(dataset, part.scenario, split, task)]));
    add(task, (part, row) => labels.get(part)?.[row] ?? Number.NaN);
  }
  const wanted = (name: string) => options.fields === undefined || options.fields.includes(name);
  for (const [k, field] of dataset.categorical.entries()) {
    if (wanted(field.name)) add(field.name, ({ rows }, row) => field.values[rows.ids[k][row]]);
  }
  for (const [k, field] of dataset.numerical.entries()) {
    // Six digits: the columns are float32, and 29.999998 helps nobody.
    const shown = ({ rows }: { rows: Split }, row: number) =>
      Number(unscale(field, rows.numbers[k][row]).toPrecision(6));
    if (wanted(field.name)) add(field.name, shown);
  }
  const { DataFrame: Frame } = danfo();
  // Danfo would take texts that look like numbers for numbers.
  const dtypes = Object.values(columns).map(([first]) => (typeof first === 'string' ? 'string' : 'float32'));
  return new Frame(columns, { dtypes });
}

/** Danfo, loaded when it is first needed and after the project's own TensorFlow.js, which it then shares. */
function danfo(): typeof import('danfojs-node') {
  require('../backend/tensorflow');
  return require('danfojs-node');
}

function check(what: string, name: string, valid: readonly string[]): void {
  if (!valid.includes(name)) throw new DataError(`toDataFrame: there is no ${what} "${name}"; ${hint(name, valid)}`);
}

function spaced<P extends { rows: Split }, V>(
  parts: readonly P[],
  total: number,
  step: number,
  value: (part: P, row: number) => V,
): V[] {
  const found: V[] = [];
  let start = 0;
  let p = 0;
  for (let i = 0; Math.floor(i * step) < total; i++) {
    const at = Math.floor(i * step);
    while (at - start >= parts[p].rows.rows) start += parts[p++].rows.rows;
    found.push(value(parts[p], at - start));
  }
  return found;
}

import type { ReferenceScores } from '../experiments/store';
import { FEWEST_PAIRS, type MeanInterval, meanInterval } from '../statistics';
import type { TableCell, TableLine } from './table';

/** A cell before it is compared with the others of its column. */
export interface BareCell extends Omit<TableCell, 'best' | 'standing' | 'adjusted'> {
  /** One value per seed; empty where there is none, and in cells that nothing is compared with. */
  readonly bySeed: ReadonlyMap<number, number>;
}

/** What the cells of one task need to know. */
export interface TaskColumns {
  readonly task: string;
  readonly scenarios: readonly string[];
  /** The scenarios that have the task; the cells of others stay empty. */
  readonly having: readonly string[];
}

/** An AUC as it is printed. */
export const aucText = (value: number): string => value.toFixed(4);

const NO_SEEDS: ReadonlyMap<number, number> = new Map();
const EMPTY: BareCell = { value: null, halfWidth: null, over: null, text: '', spread: '', bySeed: NO_SEEDS };

/** 97.5 % point of the normal distribution: half an interval over rows, in standard errors. */
const ROWS_95 = 1.959964;

/**
 * The cells of one method and task: every scenario, their mean, the worst of them.
 *
 * @param single whether no method of the table has more than one seed: then intervals are over rows
 * @param noteOf number of the note with a text
 */
export function taskCells(
  bySeed: ReadonlyMap<number, readonly TableLine[]>,
  { task, scenarios, having }: TaskColumns,
  single: boolean,
  noteOf: (text: string) => number,
): BareCell[] {
  const seeds = new Map([...bySeed].map(([seed, lines]) => [seed, lines.filter((line) => line.task === task)]));
  const cells = scenarios.map((scenario) => {
    if (!having.includes(scenario)) return EMPTY;
    const lines = [...seeds].flatMap(([, ofSeed]) => ofSeed.filter((line) => line.scenario === scenario));
    const defined = lines.filter((line) => line.auc !== null);
    const missing = lines.find((line) => line.auc === null);
    const values = new Map(defined.map((line) => [line.seed, line.auc as number]));
    if (defined.length === 0) {
      const reason = lines.length === 0 ? 'no result stored' : (missing?.reason ?? 'undefined');
      return seedCell(values, noteOf(`${scenario}, ${task}: ${reason}.`));
    }
    if (single) return withRowError(seedCell(values), [defined[0]]);
    if (defined.length === seeds.size) return seedCell(values);
    const reason = missing?.reason ? ` (${missing.reason})` : '';
    return seedCell(values, noteOf(`${scenario}, ${task}: from ${defined.length} of ${seeds.size} seeds${reason}.`));
  });

  const definedBySeed = new Map(
    [...seeds].flatMap(([seed, lines]) => {
      const defined = lines.filter((line) => line.auc !== null);
      return defined.length === 0 ? [] : [[seed, defined] as const];
    }),
  );
  const fewest = Math.min(...[...definedBySeed.values()].map((lines) => lines.length));
  const note =
    definedBySeed.size === 0
      ? noteOf(`${task}: undefined in every scenario.`)
      : fewest < having.length
        ? noteOf(`${task}: mean and worst are over ${fewest} of ${having.length} scenarios, those with a defined AUC.`)
        : undefined;
  const summary = (of: (aucs: number[]) => number) =>
    new Map([...definedBySeed].map(([seed, lines]) => [seed, of(lines.map((line) => line.auc as number))]));
  const mean = seedCell(
    summary((aucs) => aucs.reduce((sum, value) => sum + value, 0) / aucs.length),
    note,
  );
  const [lines] = definedBySeed.values();
  return [
    ...cells,
    single && lines ? withRowError(mean, lines) : mean,
    seedCell(
      summary((aucs) => Math.min(...aucs)),
      note,
    ),
  ];
}

/** The cells of figures from outside, which have no seeds. */
export function referenceCells(reference: ReferenceScores, { task, scenarios, having }: TaskColumns): BareCell[] {
  const known = (scenario: string) => (having.includes(scenario) ? reference.values[scenario]?.[task] : null) ?? null;
  const values = scenarios.map(known);
  const defined = values.flatMap((value) => (value === null ? [] : [value]));
  const single = (value: number | null) =>
    printed(value === null ? null : { mean: value, halfWidth: null, count: 1 }, aucText);
  // A mean over fewer scenarios than the methods have could not be compared with theirs.
  const whole = defined.length === having.length && defined.length > 0;
  const macro = whole ? defined.reduce((sum, value) => sum + value, 0) / defined.length : null;
  const cells = values.map((value, s) => (having.includes(scenarios[s]) ? single(value) : EMPTY));
  return [...cells, single(macro), single(whole ? Math.min(...defined) : null)];
}

/** Cost cells carry no interval: they say how large, not how certain. */
export function costCell(values: readonly number[], format: (value: number) => string): BareCell {
  const interval = meanInterval(values);
  return printed(interval === null ? null : { ...interval, halfWidth: null }, format);
}

/** Mean over seeds, from three on with its interval. */
export function seedCell(bySeed: ReadonlyMap<number, number>, note?: number): BareCell {
  return { ...printed(meanInterval([...bySeed.values()]), aucText, note), bySeed };
}

/** The same cell with an interval over rows: of one AUC, or of the mean of several over rows of their own. */
function withRowError(cell: BareCell, lines: readonly TableLine[]): BareCell {
  const errors = lines.map((line) => line.aucError ?? null);
  if (errors.includes(null)) return cell;
  const halfWidth = (ROWS_95 * Math.hypot(...(errors as number[]))) / lines.length;
  return { ...cell, halfWidth, over: 'rows', spread: `±${aucText(halfWidth)}` };
}

function printed(interval: MeanInterval | null, format: (value: number) => string, note?: number): BareCell {
  if (interval === null) return { ...EMPTY, text: '–', note };
  const { mean, count } = interval;
  // Two values would give an interval of ±12.7 standard errors, which says nothing of use.
  const halfWidth = count < FEWEST_PAIRS ? null : interval.halfWidth;
  return {
    value: mean,
    halfWidth,
    over: halfWidth === null ? null : 'seeds',
    text: format(mean),
    spread: halfWidth === null ? '' : `±${format(halfWidth)}`,
    note,
    bySeed: NO_SEEDS,
  };
}

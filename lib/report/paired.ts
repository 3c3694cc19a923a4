import { type AnyRow, figureOf, isRankingRow, questionOf } from '../experiments/compared';
import { type Setting, settingText } from '../experiments/study';
import { candidateScores, fateOf } from '../experiments/tuning/choose';
import { holm, type MeanInterval, meanInterval, type PairedTest, pairedTest } from '../statistics';
import { differences } from './table-marks';

/** What is compared: the mean over scenarios, or the scenario where a method does worst. */
export type Measure = 'mean' | 'worst';

/** A method minus a reference with the same seed and setting, over seeds. */
export interface PairedDifference {
  readonly setting: Setting;
  /** Or the metric, of a ranking. */
  readonly task: string;
  readonly method: string;
  readonly over: string;
  /** Difference in AUC or in the metric: its mean over seeds with the 95 % interval, and p values. */
  readonly difference: PairedTest;
}

/** A paired difference among others: its p value is corrected for having looked at all of them. */
export interface CorrectedDifference extends PairedDifference {
  /** p value of the t test after Holm; `null` with fewer than three seeds. */
  readonly adjusted: number | null;
}

/** AUC of one method at one setting by seed: mean or worst over the scenarios where it is defined. Of a ranking, its metric `task`. */
export function aucBySeed(rows: readonly AnyRow[], method: string, task: string, measure: Measure = 'mean') {
  const bySeed = new Map<number, number[]>();
  for (const row of rows) {
    const figure = figureOf(row);
    if (row.method !== method || questionOf(row) !== task || figure === null) continue;
    bySeed.set(row.seed, [...(bySeed.get(row.seed) ?? []), figure]);
  }
  const summary = (values: number[]) =>
    measure === 'worst' ? Math.min(...values) : values.reduce((sum, value) => sum + value, 0) / values.length;
  return new Map([...bySeed].map(([seed, values]) => [seed, summary(values)]));
}

/**
 * Paired differences `method − over`, one per setting and task, from the seeds that both have. Pairing takes out what
 * the seeds' data and starts have in common. Nothing is corrected for looking at several methods:
 * {@link pairedFamily} does that.
 */
export function pairedDifferences(
  rows: readonly AnyRow[],
  method: string,
  over: string,
  measure: Measure = 'mean',
): PairedDifference[] {
  return settingsOf(rows).flatMap(({ setting, rows: own }) =>
    tasksOf(rows).flatMap((task) => {
      const reference = aucBySeed(own, over, task, measure);
      const difference = pairedTest(differences(aucBySeed(own, method, task, measure), reference));
      return difference ? [{ setting, task, method, over, difference }] : [];
    }),
  );
}

/**
 * How far a reference is ahead of every other method, at every setting and task, with p values that Holm's method
 * corrects for all of these comparisons together.
 */
export function pairedFamily(
  rows: readonly AnyRow[],
  reference: string,
  measure: Measure = 'mean',
): CorrectedDifference[] {
  const all = methodsOf(rows)
    .filter((method) => method !== reference)
    .flatMap((method) => pairedDifferences(rows, reference, method, measure));
  const adjusted = holm(all.map(({ difference }) => difference.tTest));
  return all.map((one, i) => ({ ...one, adjusted: adjusted[i] }));
}

/** Whether an interval leaves out zero. A single seed has no interval and leaves out nothing. */
export const excludesZero = ({ mean, halfWidth }: MeanInterval): boolean =>
  halfWidth !== null && Math.abs(mean) > halfWidth;

/**
 * A table for `showRows`: every method's AUC, and how far the reference is ahead of it. A `*` marks a difference whose
 * 95 % interval leaves out zero, `**` one that is also significant (level .05) after Holm's correction for all
 * differences of the table.
 */
export function pairedTable(rows: readonly AnyRow[], reference: string, measure: Measure = 'mean') {
  const family = pairedFamily(rows, reference, measure);
  return settingsOf(rows).flatMap(({ setting, rows: own }) =>
    methodsOf(own).map((method) => {
      const line: Record<string, string | number> = { ...setting, method };
      for (const task of tasksOf(rows)) {
        const auc = meanInterval([...aucBySeed(own, method, task, measure).values()]);
        const ahead = family.find(
          (one) => settingText(one.setting) === settingText(setting) && one.over === method && one.task === task,
        );
        line[isRankingRow(own[0]) ? task : `${task} AUC`] = auc ? withSpread(auc, '') : '–';
        line[`${reference} ahead by (${task})`] =
          method === reference || !ahead
            ? '–'
            : `${withSpread(ahead.difference, ahead.difference.mean > 0 ? '+' : '')}${stars(ahead)}`;
      }
      return line;
    }),
  );
}

/**
 * The table of a search, a line per candidate and stage: validation AUC, mean over scenarios and seeds, and what became of
 * the candidate.
 */
export function tuningTable(rows: readonly AnyRow[]): Record<string, string | number | null>[] {
  const scores = candidateScores(rows);
  return methodsOf(rows).flatMap((method) =>
    scores
      .filter((one) => one.method === method)
      .map((one) => ({
        method,
        candidate: settingText(one.setting),
        [isRankingRow(rows[0]) ? 'epochs' : 'rounds']: one.rounds,
        seeds: one.seeds,
        ...Object.fromEntries(
          Object.entries(one.perTask).map(([task, auc]) => [isRankingRow(rows[0]) ? task : `${task} AUC`, auc]),
        ),
        mean: one.score,
        fate: fateOf(one, scores),
      })),
  );
}

/**
 * A table for `showRows` of the tests behind {@link pairedTable}: seeds, difference, p values of the paired t test, the
 * same after Holm, and of Wilcoxon's signed ranks (which five seeds cannot bring below .0625).
 */
export function pairedTestTable(rows: readonly AnyRow[], reference: string, measure: Measure = 'mean') {
  return pairedFamily(rows, reference, measure).map(({ setting, task, over, difference, adjusted }) => ({
    ...setting,
    [isRankingRow(rows[0]) ? 'metric' : 'task']: task,
    method: over,
    seeds: difference.count,
    [`${reference} ahead by`]: withSpread(difference, difference.mean > 0 ? '+' : ''),
    'p (t)': pText(difference.tTest),
    'p (t, Holm)': pText(adjusted),
    'p (signed ranks)': pText(difference.signedRank),
  }));
}

/** A p value as it is printed; a dash where there were too few seeds for a test. */
const pText = (p: number | null): string =>
  p === null ? '–' : p < 0.0001 ? '< .0001' : p.toFixed(4).replace(/^0/, '');

const stars = ({ difference, adjusted }: CorrectedDifference): string =>
  !excludesZero(difference) ? '' : adjusted !== null && adjusted < 0.05 ? ' **' : ' *';

const withSpread = ({ mean, halfWidth }: MeanInterval, sign: string) =>
  `${sign}${mean.toFixed(4)}${halfWidth === null ? '' : ` ±${halfWidth.toFixed(4)}`}`;

export const tasksOf = (rows: readonly AnyRow[]): string[] => [...new Set(rows.map(questionOf))];
export const methodsOf = (rows: readonly AnyRow[]): string[] => [...new Set(rows.map(({ method }) => method))];

/** Rows by setting, in the order in which settings appear. */
export function settingsOf<Row extends AnyRow>(
  rows: readonly Row[],
): { readonly setting: Setting; readonly rows: Row[] }[] {
  const groups = new Map<string, { setting: Setting; rows: Row[] }>();
  for (const row of rows) {
    const key = JSON.stringify(row.setting);
    const group = groups.get(key);
    if (group) group.rows.push(row);
    else groups.set(key, { setting: row.setting, rows: [row] });
  }
  return [...groups.values()];
}

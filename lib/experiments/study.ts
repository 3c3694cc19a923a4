import { existsSync } from 'node:fs';
import { type OpenOptions, openDataset } from '../data/open';
import type { Dataset } from '../data/types';
import { withoutTest } from '../data/without-test';
import type { SelectionKind } from '../federated/selection';
import type { ExperimentConfig } from './config';
import type { AnyOverrides } from './description';
import { jointOrigin, type Origin } from './origin';
import type { RankingPoint, RankingRow } from './ranking/study';
import { type RunOptions, runExperiment } from './run';
import { readJsonLines, StoreError } from './store-files';
import type { ResultLine } from './types';

/** What sets a point of a study apart from the others: `{ scenarioConflict: 0.5 }`. */
export type Setting = Readonly<Record<string, string | number>>;

/** One experiment of a study. Plain data, so that it can be sent to another process. */
export interface StudyPoint {
  readonly setting: Setting;
  readonly dataset: string;
  readonly open?: OpenOptions;
  /** Its methods and seeds are the runs of this point. */
  readonly config: ExperimentConfig;
  /** What the rows call the only method of this point; default: its name. */
  readonly as?: string;
}

/** What may be changed in a study from outside; default: nothing. */
export interface StudyOptions {
  /** `quick` takes minutes on two cores; `full` (default) is what a claim needs. */
  readonly size?: 'quick' | 'full';
  /** Another data set. */
  readonly dataset?: string;
  /** Folder of the data set, for a study on real data. */
  readonly data?: string;
  readonly seeds?: readonly number[];
  /** Some of its methods. */
  readonly methods?: readonly string[];
  /** Settings that lie over all others. */
  readonly config?: AnyOverrides;
}

/** A point of a study on federations or on a ranking data set. */
export type AnyPoint = StudyPoint | RankingPoint;

/** The rows that runs of a point give. */
export type RowOf<Point extends AnyPoint> = Point extends RankingPoint ? RankingRow : StudyRow;

/** Several experiments that answer one question. */
export interface Study<Point extends AnyPoint = StudyPoint> {
  readonly name: string;
  /** The question, in one sentence. */
  readonly about: string;
  readonly points: readonly Point[];
  /** The method that the others are compared with. */
  readonly reference: string;
  /** The split that the answer is read from: a study that chooses reads `validation` and never sees the other. */
  readonly split: 'validation' | 'test';
}

/** The final AUC of one scenario and task in one run of a study: a line of its result file. */
export interface StudyRow
  extends Origin,
    Pick<
      ResultLine,
      | 'method'
      | 'seed'
      | 'scenario'
      | 'task'
      | 'split'
      | 'auc'
      | 'aucError'
      | 'round'
      | 'selection'
      | 'bytes'
      | 'seconds'
    > {
  readonly setting: Setting;
  readonly split: Study['split'];
  /** Beginning of the data's fingerprint. */
  readonly data?: string;
}

/** One run of a study: a method with a seed at a point. */
export interface StudyRun<Point extends AnyPoint = StudyPoint> {
  readonly point: Point;
  readonly method: string;
  readonly seed: number;
  readonly split: Study['split'];
}

/** All runs of a study, seed by seed, so that what is there after a while covers every point. */
export function studyRuns<Point extends AnyPoint = StudyPoint>({ points, split }: Study<Point>): StudyRun<Point>[] {
  const seeds = [...new Set(points.flatMap(({ config }) => config.seeds))];
  return seeds.flatMap((seed) =>
    points
      .filter(({ config }) => config.seeds.includes(seed))
      .flatMap((point) => point.config.methods.map((method) => ({ point, method, seed, split }))),
  );
}

/**
 * Runs a study in this process, run by run, and yields each run's rows as it ends, with the selection of rounds that the
 * configuration names.
 *
 * For large studies the terminal's `study` command uses several processes and can be resumed.
 */
export async function* runStudy(study: Study): AsyncGenerator<StudyRow[], StudyRow[], undefined> {
  const all: StudyRow[] = [];
  for (const run of studyRuns(study)) {
    const rows = ofSelection(await performRun(run), run.point.config.selection);
    all.push(...rows);
    yield rows;
  }
  return all;
}

/** The rows with one kind of selection. */
export const ofSelection = (rows: readonly StudyRow[], kind: SelectionKind): StudyRow[] =>
  rows.filter(({ selection }) => selection === kind);

/**
 * Performs one run and returns its rows with both kinds of selection. With a store, a run that is finished there is
 * read, and an interrupted one goes on.
 */
export async function performRun(
  studyRun: StudyRun,
  options: Pick<RunOptions, 'store' | 'onProgress'> = {},
): Promise<StudyRow[]> {
  const { point, method, seed, split } = studyRun;
  const whole = await dataOf(point);
  const dataset = split === 'validation' ? withoutTest(whole) : whole;
  const config = { ...point.config, methods: [method], seeds: [seed] };
  const run = runExperiment(config, dataset, { ...options, splits: [split] });
  let step = await run.next();
  while (!step.done) step = await run.next();
  return step.value
    .filter((line) => line.split === split)
    .map((line) => {
      const { scenario, task, auc, aucError, round, selection, bytes, seconds } = line;
      const run = { setting: point.setting, method: point.as ?? method, seed, scenario, task, split };
      const figures = { auc, aucError, round, selection, bytes, seconds };
      return { ...run, ...figures, data: dataset.fingerprint.slice(0, 12), ...jointOrigin([line]) };
    });
}

/**
 * Rows of a study as the command `study` stored them.
 * @param selection which kept rounds: each client's own best (default), or one for all clients
 * @throws StoreError where the file is missing or a line is not JSON
 */
export function readStudyRows(file: string, selection: SelectionKind = 'per-client'): StudyRow[] {
  if (!existsSync(file)) {
    throw new StoreError(`There is no ${file}: npm start -- study NAME --out ${file} makes it.`);
  }
  return ofSelection(readJsonLines<StudyRow>(file).lines, selection);
}

/** The data set of the last run: the runs of a study mostly share theirs. */
let last: { readonly key: string; readonly dataset: Promise<Dataset> } | undefined;

/** The data set of a point. */
export function dataOf({ dataset, open }: StudyPoint): Promise<Dataset> {
  const key = JSON.stringify([dataset, open]);
  if (last?.key !== key) last = { key, dataset: openDataset(dataset, open) };
  return last.dataset;
}

/** A setting as text: `scenarioConflict 0.5`. */
export const settingText = (setting: Setting, between = ' '): string =>
  Object.entries(setting)
    .map((entry) => entry.join(between))
    .join(between === ' ' ? ', ' : '_') || 'all';

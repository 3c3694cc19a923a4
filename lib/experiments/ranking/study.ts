import { openRankingDataset, type RankingOpenOptions } from '../../ranking/data';
import type { RankingDataset } from '../../ranking/types';
import type { Origin } from '../origin';
import type { AnyPoint, Setting, StudyRun } from '../study';
import type { RankingConfig } from './config';
import { type RankingRunOptions, runRanking } from './run';
import type { RankingResultLine } from './types';

/** One experiment of a study on a ranking data set. Plain data, so that it can be sent to another process. */
export interface RankingPoint {
  readonly track: 'ranking';
  readonly setting: Setting;
  readonly dataset: string;
  readonly open?: RankingOpenOptions;
  /** Its methods and seeds are the runs of this point; its `dataSeed` splits the data. */
  readonly config: RankingConfig;
  /** What the rows call the only method of this point; default: its name. */
  readonly as?: string;
}

/** One metric of one run of a study on a ranking data set: a line of its result file. */
export interface RankingRow extends RankingResultLine, Origin {
  readonly setting: Setting;
  /** Beginning of the data's fingerprint. */
  readonly data?: string;
}

/** The metric that chooses epochs and settings: the main task's Recall@20. */
export const CHOOSING_METRIC = 'recall@20';

export const isRankingPoint = (point: AnyPoint): point is RankingPoint => 'track' in point;

/**
 * Performs one run and returns its rows. A study that chooses gives its runs a data set without test interactions. With a
 * store, a finished run is read.
 */
export async function performRankingRun(
  { point, method, seed, split }: StudyRun<RankingPoint>,
  options: Pick<RankingRunOptions, 'store' | 'onProgress'> = {},
): Promise<RankingRow[]> {
  const whole = await rankingDataOf(point);
  const dataset = split === 'validation' ? withoutTest(whole) : whole;
  const splits = split === 'validation' ? [split] : (['validation', 'test'] as const);
  const run = runRanking({ ...point.config, methods: [method], seeds: [seed] }, dataset, { ...options, splits });
  let step = await run.next();
  while (!step.done) step = await run.next();
  const about = { setting: point.setting, method: point.as ?? method };
  const data = dataset.fingerprint.slice(0, 12);
  return step.value.map(({ method: _, ...line }) => ({ ...about, ...line, data }));
}

/** The data set with no test interaction, for whoever chooses something: what is not there cannot be looked at. */
export const withoutTest = (dataset: RankingDataset): RankingDataset => ({
  ...dataset,
  test: { users: new Int32Array(0), items: new Int32Array(0) },
});

/** The data set of the last run: the runs of a study mostly share theirs. */
let last: { readonly key: string; readonly dataset: Promise<RankingDataset> } | undefined;

/** The data set of a point. */
export function rankingDataOf({ dataset, open, config }: RankingPoint): Promise<RankingDataset> {
  const options = { seed: config.dataSeed, ...open };
  const key = JSON.stringify([dataset, options]);
  if (last?.key !== key) last = { key, dataset: openRankingDataset(dataset, options) };
  return last.dataset;
}

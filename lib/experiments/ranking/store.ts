import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Origin } from '../origin';
import { openStore, type ResultStore, type StoreOptions } from '../store';
import type { StoredConfiguration } from '../store-configuration';
import { CONFIGURATION, EPOCHS, readJson, readStore, type StoredResults } from '../store-read';
import type { RankingEpochLine, RankingResultLine } from './types';

/** What `config.json` says of results on a ranking data set, so that nobody takes them for those of a federation. */
export const RANKING_TRACK = 'ranking';

/** A folder of ranking results that this process writes: as that of a federation, with epochs in place of rounds. */
export type RankingStore = ResultStore<RankingResultLine, RankingEpochLine>;

/**
 * Opens a folder for writing before any training: makes it, takes its lock, compares its configuration and mends what a
 * killed process left.
 *
 * @throws StoreError that says what to do where the folder cannot be written, is being written by another run, or holds
 *   results of another configuration
 */
export const openRankingStore = (
  folder: string,
  configuration: StoredConfiguration,
  options: Pick<StoreOptions, 'resume'> = {},
): RankingStore => openStore(folder, { track: RANKING_TRACK, ...configuration }, { rounds: EPOCHS, ...options });

/** The lines and the configuration of a folder of ranking results, without writing anything. */
export const readRankingResults = (folder: string): StoredResults<RankingResultLine, RankingEpochLine & Origin> =>
  readStore(folder, EPOCHS);

/** Whether a folder holds results on a ranking data set. */
export const isRankingFolder = (folder: string): boolean =>
  existsSync(join(folder, CONFIGURATION)) &&
  readJson<StoredConfiguration>(join(folder, CONFIGURATION)).track === RANKING_TRACK;

import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../backend/folder';
import {
  FREE_ENTRIES,
  mergeConfigurations,
  requireSameConfiguration,
  type StoredConfiguration,
} from '../store-configuration';
import { jsonLines, readJsonLines, StoreError, writeAtomically } from '../store-files';
import { releaseLock, takeLock } from '../store-lock';
import type { RankingEpochLine, RankingResultLine } from './types';

/** What `config.json` says of results on a ranking data set, so that nobody takes them for those of a federation. */
export const RANKING_TRACK = 'ranking';

/** A folder of ranking results that this process writes. */
export interface RankingStore {
  readonly folder: string;
  /** Adds one line to `epochs.jsonl`. */
  appendEpoch(line: RankingEpochLine): void;
  /** Adds the lines of one method and seed to `results.jsonl`, in one step. */
  writeResults(lines: readonly RankingResultLine[]): void;
  results(): RankingResultLine[];
  isFinished(method: string, seed: number): boolean;
  /** Drops the epochs of a run that was interrupted: it starts afresh. */
  dropEpochs(method: string, seed: number): void;
  /** Gives the folder free for other runs. */
  close(): void;
}

const [CONFIGURATION, EPOCHS, RESULTS, LOCK] = ['config.json', 'epochs.jsonl', 'results.jsonl', 'run.lock'];

/**
 * Opens a folder for writing before any training: makes it, takes its lock and compares its configuration.
 *
 * @throws StoreError that says what to do where the folder cannot be written, is being written by another run, or holds
 *   results of another configuration
 */
export function openRankingStore(folder: string, configuration: StoredConfiguration): RankingStore {
  const path = (name: string) => join(folder, name);
  explained(folder, () => {
    makeFolder(folder);
    takeLock(path(LOCK), folder);
  });
  try {
    writeConfiguration(folder, { track: RANKING_TRACK, ...configuration });
    const { text, torn } = readJsonLines(path(EPOCHS));
    if (torn) writeAtomically(path(EPOCHS), text);
  } catch (error) {
    releaseLock(path(LOCK));
    throw error;
  }
  const release = () => releaseLock(path(LOCK));
  process.once('exit', release);
  const results = () => readJsonLines<RankingResultLine>(path(RESULTS)).lines;
  const write = (name: string, lines: readonly object[]) =>
    explained(folder, () => writeAtomically(path(name), jsonLines(lines)));
  return {
    folder,
    results,
    appendEpoch: (line) => explained(folder, () => appendFileSync(path(EPOCHS), `${JSON.stringify(line)}\n`)),
    writeResults: (lines) => write(RESULTS, [...results(), ...lines]),
    isFinished: (method, seed) => results().some((line) => line.method === method && line.seed === seed),
    dropEpochs(method, seed) {
      const { lines } = readJsonLines<RankingEpochLine>(path(EPOCHS));
      const kept = lines.filter((line) => line.method !== method || line.seed !== seed);
      if (kept.length < lines.length) write(EPOCHS, kept);
    },
    close() {
      process.off('exit', release);
      release();
    },
  };
}

/** The lines and the configuration of a folder of ranking results, without writing anything. */
export function readRankingResults(folder: string) {
  return {
    configuration: readConfiguration(folder),
    epochs: readJsonLines<RankingEpochLine>(join(folder, EPOCHS)).lines,
    results: readJsonLines<RankingResultLine>(join(folder, RESULTS)).lines,
  };
}

/** Whether a folder holds results on a ranking data set. */
export const isRankingFolder = (folder: string): boolean =>
  existsSync(join(folder, CONFIGURATION)) && readConfiguration(folder).track === RANKING_TRACK;

function readConfiguration(folder: string): StoredConfiguration {
  const path = join(folder, CONFIGURATION);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as StoredConfiguration;
  } catch (error) {
    throw new StoreError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

function writeConfiguration(folder: string, configuration: StoredConfiguration): void {
  const now = JSON.parse(JSON.stringify(configuration)) as StoredConfiguration;
  const holdsLines = [EPOCHS, RESULTS, 'rounds.jsonl'].some(
    (name) => readJsonLines(join(folder, name)).lines.length > 0,
  );
  let stored = now;
  if (holdsLines) {
    const before = readConfiguration(folder);
    requireSameConfiguration(folder, before, now);
    stored = mergeConfigurations(before, now, FREE_ENTRIES);
  }
  explained(folder, () => writeAtomically(join(folder, CONFIGURATION), `${JSON.stringify(stored, null, 2)}\n`));
}

/** Turns what the file system says into one sentence with the folder and the way out. */
function explained(folder: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(
      `Results cannot be written to ${folder}: ${(error as Error).message}. Choose another folder with --out FOLDER.`,
    );
  }
}

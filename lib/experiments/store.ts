import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from '../backend/folder';
import { TEMPORARY_FILE } from '../backend/replace-file';
import { FAILURES, type FailedRun, type Failure, recordFailure } from './failures';
import { type Environment, type Origin, originOf } from './origin';
import {
  FREE_ENTRIES,
  mergeConfigurations,
  requireSameConfiguration,
  type StoredConfiguration,
} from './store-configuration';
import {
  appendLine,
  explained,
  jsonLines,
  mendJsonLines,
  readJsonLines,
  StoreError,
  writeAtomically,
} from './store-files';
import { releaseLock, takeLock } from './store-lock';
import {
  CONFIGURATION,
  DATA_CARD,
  EPOCHS,
  ORIGINS,
  type Origins,
  REFERENCES,
  RESULTS,
  type ReferenceScores,
  ROUNDS,
  readJson,
  readOrigins,
  readStore,
  type StoredResults,
} from './store-read';
import type { ResultLine, RoundRecord } from './types';

export { type Origins, type ReferenceScores, readStore, type StoredResults } from './store-read';

/** One method trained with one seed. */
export interface RunName {
  readonly method: string;
  readonly seed: number;
}

/** A line of results: of a run, with where it comes from once it is stored. */
export type RunLine = RunName & Origin;

/**
 * A results folder that this process writes. Every function throws once the store is closed. `Line` and `Round` are those
 * of a federation or of a ranking run, whose rounds are epochs.
 */
export interface ResultStore<Line extends RunLine = ResultLine, Round extends RunName = RoundRecord> {
  readonly folder: string;
  /** Path of a file in the folder, for checkpoints and the like. */
  readonly path: (name: string) => string;
  /** Where the lines that are written now come from. */
  readonly origin: Origin;
  /** Adds one line to the file of rounds, with its origin. */
  readonly appendRound: (record: Round) => void;
  /**
   * Replaces the lines of the methods and seeds that `lines` holds in `results.jsonl`, in one step. Lines without an
   * origin get the present one.
   */
  readonly writeResults: (lines: readonly Line[]) => void;
  /** Adds one line to `failures.jsonl`. */
  readonly recordFailure: (run: FailedRun) => Failure;
  /** Replaces rounds and results of the runs that are finished in another store. */
  readonly takeOver: (other: ResultStore<Line, Round>) => void;
  /** Stores figures to show beside the methods. */
  readonly writeReferences: (references: readonly ReferenceScores[]) => void;
  /** Stores the text of the data card. */
  readonly writeDataCard: (text: string) => void;
  /** Reads everything back. */
  readonly read: () => StoredResults<Line, Round & Origin>;
  /** The methods and seeds that have final figures; an interrupted run goes on with the others. */
  readonly finishedRuns: () => RunName[];
  readonly isFinished: (method: string, seed: number) => boolean;
  /** Drops the lines of later rounds of one run, to go on from a checkpoint of `round` (0: start it afresh). */
  readonly dropRoundsAfter: (method: string, seed: number, round: number) => void;
  /** Gives the folder free for other runs. Also done when the process ends. */
  readonly close: () => void;
}

/** How to open a results folder. */
export interface StoreOptions {
  /** Top-level entries of the configuration that may differ from what the folder holds. */
  readonly free?: readonly string[];
  /** Whether a run must have begun in the folder, with this configuration; default: it may also begin now. */
  readonly resume?: boolean;
  /** The file of what is recorded while runs train; default: `rounds.jsonl`. */
  readonly rounds?: typeof ROUNDS | typeof EPOCHS;
}

const LOCK = 'run.lock';

/** Which store of this process may write a folder: the one opened last. */
const owners = new Map<string, symbol>();

/**
 * Opens a results folder for writing before any training: makes it, takes its lock, compares its configuration, and
 * mends what a killed process left (a torn end of a file of lines, temporary files).
 *
 * Throws a `StoreError` that says what to do where the folder cannot be written, is being written by another run, or
 * holds results of another configuration.
 *
 * A folder opened again in the same process (a notebook cell run twice) passes to the new store.
 */
export function openStore<Line extends RunLine = ResultLine, Round extends RunName = RoundRecord>(
  folder: string,
  configuration: StoredConfiguration,
  options: StoreOptions = {},
): ResultStore<Line, Round> {
  const path = (name: string) => join(folder, name);
  const { free = FREE_ENTRIES, resume = false, rounds: roundsFile = ROUNDS } = options;
  const key = resolve(folder);
  if (resume && !existsSync(path(CONFIGURATION))) {
    throw new StoreError(
      `There is nothing to resume in ${folder}: no run has begun there. Leave out --resume to begin one, or name its folder with --out FOLDER.`,
    );
  }
  prepareFolder(folder);
  const token = Symbol(folder);
  let origin: Origin;
  try {
    const plain = JSON.parse(JSON.stringify(configuration)) as StoredConfiguration;
    writeConfiguration(folder, plain, free, resume);
    origin = originOf(plain, free);
    explained(folder, () => {
      writeOrigins(folder, origin, plain.environment as Environment | undefined);
      for (const name of [roundsFile, FAILURES]) mendJsonLines(path(name));
    });
  } catch (error) {
    if (!owners.has(key)) releaseLock(path(LOCK));
    throw error;
  }
  releaseAtExit();
  owners.set(key, token);

  function requireOpen(): void {
    if (owners.get(key) === token) return;
    throw new StoreError(
      `${folder} is closed for this run: it was closed, or opened again by a later run of this process.`,
    );
  }
  function write(name: string, text: string): void {
    requireOpen();
    explained(folder, () => writeAtomically(path(name), text));
  }
  const rounds = () => readJsonLines<Round & Origin>(path(roundsFile)).lines;
  function results(): Line[] {
    return readJsonLines<Line>(path(RESULTS)).lines;
  }
  function writeResults(lines: readonly Line[]): void {
    const replaced = new Set(lines.map(runKey));
    const kept = results().filter((line) => !replaced.has(runKey(line)));
    const fresh = lines.map((line) => (line.configuration ? line : { ...line, ...origin }));
    write(RESULTS, jsonLines([...kept, ...fresh]));
  }

  return {
    folder,
    path,
    origin,
    appendRound(record) {
      requireOpen();
      explained(folder, () => appendLine(path(roundsFile), { ...record, ...origin }));
    },
    writeResults,
    recordFailure(run) {
      requireOpen();
      return explained(folder, () => recordFailure(path(FAILURES), run));
    },
    takeOver(other) {
      const finished = new Set(other.finishedRuns().map(runKey));
      const theirs = other.read();
      const fresh = theirs.rounds.filter((line) => finished.has(runKey(line)));
      const kept = rounds().filter((line) => !finished.has(runKey(line)));
      write(roundsFile, jsonLines([...kept, ...fresh]));
      writeResults(theirs.results);
    },
    writeReferences(references) {
      write(REFERENCES, `${JSON.stringify(references, null, 2)}\n`);
    },
    writeDataCard(text) {
      write(DATA_CARD, text);
    },
    read: () => readStore(folder, roundsFile),
    finishedRuns() {
      const runs = new Map(results().map((line) => [runKey(line), { method: line.method, seed: line.seed }]));
      return [...runs.values()];
    },
    isFinished: (method, seed) => results().some((line) => line.method === method && line.seed === seed),
    dropRoundsAfter(method, seed, round) {
      const lines = rounds();
      const numberOf = (line: { round?: number; epoch?: number } & RunName) => line.round ?? line.epoch ?? 0;
      const kept = lines.filter((line) => line.method !== method || line.seed !== seed || numberOf(line) <= round);
      if (kept.length < lines.length) write(roundsFile, jsonLines(kept));
    },
    close() {
      if (owners.get(key) !== token) return;
      owners.delete(key);
      releaseLock(path(LOCK));
    },
  };
}

function prepareFolder(folder: string): void {
  explained(folder, () => {
    makeFolder(folder);
    // Taking the lock is also the proof that files can be written here.
    takeLock(join(folder, LOCK), folder);
    for (const name of readdirSync(folder)) if (TEMPORARY_FILE.test(name)) rmSync(join(folder, name), { force: true });
  });
}

function writeConfiguration(folder: string, now: StoredConfiguration, free: readonly string[], resume: boolean): void {
  const path = join(folder, CONFIGURATION);
  const holdsLines = [ROUNDS, EPOCHS, RESULTS].some((name) => readJsonLines(join(folder, name)).lines.length > 0);
  let stored = now;
  if (holdsLines || resume) {
    if (!existsSync(path)) {
      throw new StoreError(
        `${folder} holds results but no ${CONFIGURATION}, so they cannot be continued. Choose another folder with --out FOLDER.`,
      );
    }
    const before = readJson<StoredConfiguration>(path);
    requireSameConfiguration(folder, before, now, free);
    stored = mergeConfigurations(before, now, free);
  }
  explained(folder, () => writeAtomically(path, `${JSON.stringify(stored, null, 2)}\n`));
}

function writeOrigins(folder: string, { configuration, environment: id }: Origin, environment?: Environment): void {
  const { environments } = readOrigins(folder);
  const origins: Origins = {
    configuration,
    environments: { ...environments, ...(id && environment && { [id]: environment }) },
  };
  writeAtomically(join(folder, ORIGINS), `${JSON.stringify(origins, null, 2)}\n`);
}

function runKey(run: RunName): string {
  return JSON.stringify([run.method, run.seed]);
}

let watchesExit = false;
function releaseAtExit(): void {
  if (watchesExit) return;
  watchesExit = true;
  process.once('exit', () => {
    for (const folder of owners.keys()) releaseLock(join(folder, LOCK));
  });
}

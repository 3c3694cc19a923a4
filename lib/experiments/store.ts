import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from '../backend/folder';
import {
  FREE_ENTRIES,
  mergeConfigurations,
  requireSameConfiguration,
  type StoredConfiguration,
} from './store-configuration';
import { jsonLines, readJsonLines, StoreError, writeAtomically } from './store-files';
import { releaseLock, takeLock } from './store-lock';
import type { ResultLine, RoundRecord } from './types';

/** Figures from outside the run, shown beside the methods: a baseline of another kind, or the best that is possible. */
export interface ReferenceScores {
  readonly name: string;
  /**
   * `floor`: a method should beat it. `ceiling`: no method can (the Bayes AUC of generated data). `published`: printed
   * elsewhere, by another protocol.
   */
  readonly kind?: 'floor' | 'ceiling' | 'published';
  /** Test AUC by scenario and task; `null` or absent where unknown. */
  readonly values: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
}

/** Everything a results folder holds. */
export interface StoredResults {
  readonly folder: string;
  readonly configuration: StoredConfiguration;
  readonly rounds: readonly RoundRecord[];
  readonly results: readonly ResultLine[];
  readonly references: readonly ReferenceScores[];
  /** Text of the data card, if one was stored. */
  readonly dataCard?: string;
}

/** One method trained with one seed. */
export interface RunName {
  readonly method: string;
  readonly seed: number;
}

/** A results folder that this process writes. Every function throws once the store is closed. */
export interface ResultStore {
  readonly folder: string;
  /** Path of a file in the folder, for checkpoints and the like. */
  readonly path: (name: string) => string;
  /** Adds one line to `rounds.jsonl`. */
  readonly appendRound: (record: RoundRecord) => void;
  /** Replaces the lines of the methods and seeds that `lines` holds in `results.jsonl`, in one step. */
  readonly writeResults: (lines: readonly ResultLine[]) => void;
  /** Stores figures to show beside the methods. */
  readonly writeReferences: (references: readonly ReferenceScores[]) => void;
  /** Stores the text of the data card. */
  readonly writeDataCard: (text: string) => void;
  /** Reads everything back. */
  readonly read: () => StoredResults;
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
}

const CONFIGURATION = 'config.json';
const ROUNDS = 'rounds.jsonl';
const RESULTS = 'results.jsonl';
const REFERENCES = 'references.json';
const DATA_CARD = 'data-card.txt';
const LOCK = 'run.lock';

/** Which store of this process may write a folder: the one opened last. */
const owners = new Map<string, symbol>();

/**
 * Opens a results folder for writing before any training: makes it, takes its lock, compares its configuration and
 * mends a torn end of `rounds.jsonl`. Throws a `StoreError` that says what to do where the folder cannot be written,
 * is being written by another run, or holds results of another configuration.
 *
 * A folder opened again in the same process (a notebook cell run twice) passes to the new store.
 */
export function openStore(folder: string, configuration: StoredConfiguration, options: StoreOptions = {}): ResultStore {
  const path = (name: string) => join(folder, name);
  const free = options.free ?? FREE_ENTRIES;
  const key = resolve(folder);
  prepareFolder(folder);
  const token = Symbol(folder);
  try {
    writeConfiguration(folder, configuration, free);
    mend(path(ROUNDS));
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
  function results(): ResultLine[] {
    return readJsonLines<ResultLine>(path(RESULTS)).lines;
  }

  return {
    folder,
    path,
    appendRound(record) {
      requireOpen();
      explained(folder, () => appendFileSync(path(ROUNDS), `${JSON.stringify(record)}\n`));
    },
    writeResults(lines) {
      const replaced = new Set(lines.map(runKey));
      const kept = results().filter((line) => !replaced.has(runKey(line)));
      write(RESULTS, jsonLines([...kept, ...lines]));
    },
    writeReferences(references) {
      write(REFERENCES, `${JSON.stringify(references, null, 2)}\n`);
    },
    writeDataCard(text) {
      write(DATA_CARD, text);
    },
    read: () => readStore(folder),
    finishedRuns() {
      const runs = new Map(results().map((line) => [runKey(line), { method: line.method, seed: line.seed }]));
      return [...runs.values()];
    },
    isFinished: (method, seed) => results().some((line) => line.method === method && line.seed === seed),
    dropRoundsAfter(method, seed, round) {
      const { lines } = readJsonLines<RoundRecord>(path(ROUNDS));
      const kept = lines.filter((line) => line.method !== method || line.seed !== seed || line.round <= round);
      if (kept.length < lines.length) write(ROUNDS, jsonLines(kept));
    },
    close() {
      if (owners.get(key) !== token) return;
      owners.delete(key);
      releaseLock(path(LOCK));
    },
  };
}

/** Reads a results folder without writing anything; a torn last line is left out. */
export function readStore(folder: string): StoredResults {
  const path = (name: string) => join(folder, name);
  if (!existsSync(path(CONFIGURATION))) {
    throw new StoreError(
      `${folder} is not a results folder: it has no ${CONFIGURATION}. Name the folder that a run wrote.`,
    );
  }
  return {
    folder,
    configuration: readJson<StoredConfiguration>(path(CONFIGURATION)),
    rounds: readJsonLines<RoundRecord>(path(ROUNDS)).lines,
    results: readJsonLines<ResultLine>(path(RESULTS)).lines,
    references: existsSync(path(REFERENCES)) ? readJson<readonly ReferenceScores[]>(path(REFERENCES)) : [],
    dataCard: existsSync(path(DATA_CARD)) ? readFileSync(path(DATA_CARD), 'utf8') : undefined,
  };
}

function prepareFolder(folder: string): void {
  explained(folder, () => {
    makeFolder(folder);
    // Taking the lock is also the proof that files can be written here.
    takeLock(join(folder, LOCK), folder);
  });
}

function writeConfiguration(folder: string, configuration: StoredConfiguration, free: readonly string[]): void {
  const path = join(folder, CONFIGURATION);
  const now = JSON.parse(JSON.stringify(configuration)) as StoredConfiguration;
  const holdsLines = [ROUNDS, RESULTS].some((name) => readJsonLines(join(folder, name)).lines.length > 0);
  let stored = now;
  if (holdsLines) {
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

function mend(path: string): void {
  const { text, torn } = readJsonLines(path);
  if (torn) writeAtomically(path, text);
}

function readJson<Value>(path: string): Value {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Value;
  } catch (error) {
    throw new StoreError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

function runKey(run: RunName): string {
  return JSON.stringify([run.method, run.seed]);
}

/** Turns what the file system says into one sentence with the folder and the way out. */
function explained(folder: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const reason = REASONS[code] ?? (error as Error).message;
    throw new StoreError(
      `Results cannot be written to ${folder}: ${reason} (${code}). Choose a folder that can be written with --out FOLDER.`,
    );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the disk is read-only',
  EEXIST: 'a file of that name is in the way',
  ENOTDIR: 'a part of the path is a file',
  ENOENT: 'the system does not allow a folder there',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  ENAMETOOLONG: 'the name is too long',
};

let watchesExit = false;
function releaseAtExit(): void {
  if (watchesExit) return;
  watchesExit = true;
  process.once('exit', () => {
    for (const folder of owners.keys()) releaseLock(join(folder, LOCK));
  });
}

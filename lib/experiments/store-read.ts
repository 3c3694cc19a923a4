import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAILURES, type Failure } from './failures';
import type { Environment } from './origin';
import type { StoredConfiguration } from './store-configuration';
import { readJsonLines, StoreError } from './store-files';
import type { ResultLine, StoredRound } from './types';

export const CONFIGURATION = 'config.json';
export const ORIGINS = 'origins.json';
export const ROUNDS = 'rounds.jsonl';
export const EPOCHS = 'epochs.jsonl';
export const RESULTS = 'results.jsonl';
export const REFERENCES = 'references.json';
export const DATA_CARD = 'data-card.txt';

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

/** What the short ids in the lines of a folder stand for. */
export interface Origins {
  /** Id of the folder's `config.json`. */
  readonly configuration?: string;
  /** Device, versions and code by id: one entry for each that has written here. */
  readonly environments: Readonly<Record<string, Partial<Environment>>>;
}

/** Everything a results folder holds; `Line` and `Round` are those of a federation or of a ranking run. */
export interface StoredResults<Line = ResultLine, Round = StoredRound> {
  readonly folder: string;
  readonly configuration: StoredConfiguration;
  readonly rounds: readonly Round[];
  readonly results: readonly Line[];
  readonly references: readonly ReferenceScores[];
  readonly origins?: Origins;
  /** Runs that failed, also those that came to their end later. */
  readonly failures?: readonly Failure[];
  /** Text of the data card, if one was stored. */
  readonly dataCard?: string;
}

/**
 * Reads a results folder without writing anything; a torn last line is left out.
 *
 * @param roundsFile the file of what was recorded while runs trained
 */
export function readStore<Line = ResultLine, Round = StoredRound>(
  folder: string,
  roundsFile = ROUNDS,
): StoredResults<Line, Round> {
  const path = (name: string) => join(folder, name);
  if (!existsSync(path(CONFIGURATION))) {
    throw new StoreError(
      `${folder} is not a results folder: it has no ${CONFIGURATION}. Name the folder that a run wrote.`,
    );
  }
  return {
    folder,
    configuration: readJson<StoredConfiguration>(path(CONFIGURATION)),
    rounds: readJsonLines<Round>(path(roundsFile)).lines,
    results: readJsonLines<Line>(path(RESULTS)).lines,
    references: existsSync(path(REFERENCES)) ? readJson<readonly ReferenceScores[]>(path(REFERENCES)) : [],
    origins: readOrigins(folder),
    failures: readJsonLines<Failure>(path(FAILURES)).lines,
    dataCard: existsSync(path(DATA_CARD)) ? readFileSync(path(DATA_CARD), 'utf8') : undefined,
  };
}

/** What the ids in a folder's lines stand for; folders of an earlier version say nothing. */
export function readOrigins(folder: string): Origins {
  const file = join(folder, ORIGINS);
  return existsSync(file) ? readJson<Origins>(file) : { environments: {} };
}

export function readJson<Value>(path: string): Value {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Value;
  } catch (error) {
    throw new StoreError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

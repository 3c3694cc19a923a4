import type { FailedRun, Failure } from './failures';
import type { Origin } from './origin';
import type { EPOCHS, ReferenceScores, ROUNDS, StoredResults } from './store-read';
import type { ResultLine, RoundRecord } from './types';

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

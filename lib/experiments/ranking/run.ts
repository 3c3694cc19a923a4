import {
  restoreTraining,
  saveTraining,
  type TrainedVectors,
  type Training,
  trainRanking,
} from '../../ranking/training';
import type { RankingDataset } from '../../ranking/types';
import { checkpointsOf } from '../checkpoints';
import { type FailedRun, problemText } from '../failures';
import { jointOrigin, type Origin } from '../origin';
import type { RunName } from '../store';
import { StoreError } from '../store-files';
import { auxiliaryOf, combinationOf, type RankingConfig } from './config';
import { finalLines, judgeOn } from './final-lines';
import type { RankingStore } from './store';
import type { RankingEpochLine, RankingResultLine } from './types';

export interface RankingRunOptions {
  /** Where results are kept; without one nothing is written and nothing can be resumed. */
  readonly store?: RankingStore;
  /**
   * The splits that final figures are read from; default both. A search for good settings names `validation` alone: then
   * nobody has seen the test split.
   */
  readonly splits?: readonly RankingResultLine['split'][];
  /** Seconds between two checkpoints of one run; default 20, and 0 stores one after every epoch. */
  readonly checkpointSeconds?: number;
  /** Runs to leave out, such as one that has just failed. */
  readonly leaveOut?: (run: RunName) => boolean;
  /** Called when a run begins or goes on. */
  readonly onStart?: (run: RunName) => void;
  /** Called now and then with what runs and the share of its present epoch that is done. */
  readonly onProgress?: (run: { method: string; seed: number; epoch: number }, share: number) => void;
  /**
   * Called where a run fails, after its failure was recorded in the store; the others then go on. Without this function
   * the error is thrown.
   */
  readonly onFailure?: (run: FailedRun) => void;
  /** Called with what the user should know, such as a checkpoint that cannot be read. Default: a warning on the console. */
  readonly onNote?: (text: string) => void;
  /** Called with the trained vectors of a run, to store them. */
  readonly onTrained?: (vectors: TrainedVectors, run: RunName) => void;
  /** Asked after each epoch: true stops there, with a checkpoint to go on from. */
  readonly shouldStop?: () => boolean;
}

const FORMAT = { save: saveTraining, restore: restoreTraining };

/**
 * Trains every method with every seed and yields each epoch as it ends. Returns the final lines of all runs: metrics of the
 * epoch that validation chose, on validation and, read once, on test.
 *
 * With a store, runs that are finished there are skipped, and one that was interrupted goes on from its checkpoint with
 * the numbers it would have had without the interruption.
 */
export async function* runRanking(
  config: RankingConfig,
  dataset: RankingDataset,
  options: RankingRunOptions = {},
): AsyncGenerator<RankingEpochLine, RankingResultLine[], undefined> {
  const { store, onFailure } = options;
  const lines: RankingResultLine[] = [];
  const whole = { ...config, auxiliary: auxiliaryOf(config, dataset) };
  for (const seed of config.seeds) {
    for (const method of config.methods) {
      const run = { method, seed };
      try {
        const own = yield* performRun(whole, dataset, run, options);
        if (own === 'stopped') return lines;
        lines.push(...own);
      } catch (error) {
        if (error instanceof StoreError || !onFailure) throw error;
        const failed = { ...run, message: problemText(error as Error) };
        store?.recordFailure(failed);
        onFailure(failed);
      }
    }
  }
  return store ? [...store.read().results] : lines;
}

/** One method with one seed, unless it is finished or left out: from its checkpoint to its final lines. */
async function* performRun(
  config: RankingConfig & { readonly auxiliary: NonNullable<RankingConfig['auxiliary']> },
  dataset: RankingDataset,
  run: RunName,
  options: RankingRunOptions,
): AsyncGenerator<RankingEpochLine, RankingResultLine[] | 'stopped', undefined> {
  const { store, splits = ['validation', 'test'], onProgress, shouldStop = () => false } = options;
  const { checkpointSeconds: seconds = 20, onNote = console.warn } = options;
  const { method, seed } = run;
  const checkpoints = store && checkpointsOf<Training>(store, run, FORMAT, { seconds, onNote });
  if (store?.isFinished(method, seed)) {
    checkpoints?.remove(); // a process that was killed between its last two steps leaves them
    return [];
  }
  if (options.leaveOut?.(run)) return [];
  options.onStart?.(run);
  const origins: Origin[] = [];
  let training: Training | undefined;
  const evaluate = judgeOn(dataset);
  const epochs = trainRanking({
    ...{ dataset, options: config, seed, evaluate },
    combination: combinationOf(config, method),
    onStart(begun) {
      training = begun;
      if (!store || !checkpoints) return;
      const stored = store.read().rounds.filter((line) => line.method === method && line.seed === seed);
      const finished = checkpoints.restore(begun, stored.length);
      store.dropRoundsAfter(method, seed, finished);
      origins.push(...stored.slice(0, finished));
    },
    onProgress: (epoch, share) => onProgress?.({ method, seed, epoch }, share),
  });
  try {
    let next = await epochs.next();
    while (!next.done) {
      const line = { method, ...next.value };
      store?.appendRound(line);
      if (store) origins.push(store.origin);
      const stop = shouldStop();
      checkpoints?.save(training!, stop);
      yield line;
      if (stop) return 'stopped';
      next = await epochs.next();
    }
    const trained = next.value;
    options.onTrained?.(trained, run);
    const own = finalLines(trained, run, splits, evaluate).map((line) => ({ ...line, ...jointOrigin(origins) }));
    store?.writeResults(own);
    checkpoints?.remove();
    return own;
  } finally {
    await epochs.return(undefined as never); // frees the device where the end was not reached
  }
}

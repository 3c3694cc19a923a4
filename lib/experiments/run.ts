import type { Dataset } from '../data/types';
import { restoreCheckpoint, saveCheckpoint } from '../federated/checkpoint';
import { createFederation, type Federation } from '../federated/federation';
import { methods } from '../federated/methods';
import { InterruptedError } from '../federated/pause';
import type { SharingPlan } from '../federated/plan';
import type { RoundRecord } from '../federated/record';
import { mmoe } from '../models/mmoe';
import { type Checkpoints, checkpointsOf } from './checkpoints';
import type { ExperimentConfig } from './config';
import { type FailedRun, problemText } from './failures';
import { jointOrigin } from './origin';
import type { ResultStore, RunName } from './store';
import { StoreError } from './store-files';
import type { ResultLine, StoredRound } from './types';

export interface RunOptions {
  /** Where results are kept; without one nothing is written and nothing can be resumed. */
  readonly store?: ResultStore;
  /**
   * The splits that final figures are read from; default both. A search for good settings names `validation` alone:
   * then nobody has seen the test split.
   */
  readonly splits?: readonly ('validation' | 'test')[];
  /** Methods of your own, by name, beside the built-in ones. */
  readonly plans?: Readonly<Record<string, SharingPlan>>;
  /** Called now and then with what runs and the share of the whole experiment that is done, 0 … 1. */
  readonly onProgress?: (run: { method: string; seed: number; round: number }, share: number) => void;
  /**
   * Seconds between two checkpoints of one run: what a killed process loses at most, beside the round at work. Default
   * 20; 0 stores one after every round.
   */
  readonly checkpointSeconds?: number;
  /** Runs to leave out, such as one that has just failed. */
  readonly leaveOut?: (run: RunName) => boolean;
  /**
   * Called where a run fails, after its failure was recorded in the store; the others then go on. Without this function
   * the error is thrown. A store that cannot be written is always an error.
   */
  readonly onFailure?: (run: FailedRun) => void;
  /** Called with what the user should know, such as a checkpoint that cannot be read. Default: a warning on the console. */
  readonly onNote?: (text: string) => void;
  /** Called with the trained federation of a run before it is freed, to store its models. */
  readonly onTrained?: (federation: Federation, run: RunName) => void;
  /** Asked after each round: true stops the experiment there, with a checkpoint to go on from. */
  readonly shouldStop?: () => boolean;
}

/**
 * Runs every method with every seed and yields each round as it ends. Returns the final lines of all runs.
 *
 * With a store, runs that are finished there are skipped, and one that was interrupted goes on from its checkpoint
 * with the numbers it would have had without the interruption.
 * @throws InterruptedError when the notebook's stop button was pressed
 */
export async function* runExperiment(
  config: ExperimentConfig,
  dataset: Dataset,
  options: RunOptions = {},
): AsyncGenerator<RoundRecord, ResultLine[], undefined> {
  const { store, onFailure } = options;
  const lines: ResultLine[] = [];
  const runs = config.seeds.flatMap((seed) => config.methods.map((method) => ({ method, seed })));
  for (const [index, run] of runs.entries()) {
    const progress = (round: number, share: number) =>
      options.onProgress?.({ ...run, round }, (index + (round - 1 + share) / config.rounds) / runs.length);
    try {
      const own = yield* performRun(config, dataset, run, progress, options);
      if (own === 'stopped') return lines;
      lines.push(...own);
    } catch (error) {
      if (error instanceof StoreError || error instanceof InterruptedError || !onFailure) throw error;
      const failed = { ...run, message: problemText(error as Error) };
      store?.recordFailure(failed);
      onFailure(failed);
    }
  }
  return store ? [...store.read().results] : lines;
}

const FORMAT = { save: saveCheckpoint, restore: restoreCheckpoint };

const interrupted = (where: string, store: ResultStore | undefined): string =>
  store
    ? `Interrupted: ${where}. Finished rounds are in ${store.folder}; the same call with the same store goes on from there.`
    : `Interrupted: ${where}. This run has no store to go on from, so it has ended; the rounds before were handed out.`;

/** One method with one seed, unless it is finished or left out: from its checkpoint to its final lines. */
async function* performRun(
  config: ExperimentConfig,
  dataset: Dataset,
  run: RunName,
  progress: (round: number, share: number) => void,
  options: RunOptions,
): AsyncGenerator<RoundRecord, ResultLine[] | 'stopped', undefined> {
  const { store, checkpointSeconds = 20, onNote = console.warn, onTrained, splits = ['validation', 'test'] } = options;
  const { method, seed } = run;
  const checkpoints = store && checkpointsOf(store, run, FORMAT, { seconds: checkpointSeconds, onNote });
  if (store?.isFinished(method, seed)) {
    checkpoints?.remove(); // a process that was killed between its last two steps leaves them
    return [];
  }
  if (options.leaveOut?.(run)) return [];
  let federation: Federation | undefined;
  progress(1, 0);
  try {
    federation = createFederation({
      dataset,
      plan: options.plans?.[method] ?? methods[method](config),
      seed,
      model: (shape, template) => mmoe(shape, config.model, template),
      localWork: config.localWork,
      batch: config.batch,
      participation: config.participation,
      optimizer: config.optimizer,
      combine: config.combine,
      diagnostics: config.diagnostics,
      onProgress: (share) => progress((federation?.finished ?? 0) + 1, share),
    });
    const records = yield* performRounds(config.rounds, federation, run, checkpoints, options);
    if (records === 'stopped') return 'stopped';
    const own = finalLines(federation, run, records, splits);
    onTrained?.(federation, run);
    store?.writeResults(own);
    checkpoints?.remove();
    return own;
  } catch (problem) {
    if (!(problem instanceof InterruptedError)) throw problem;
    const where = `${method}, seed ${seed}, round ${(federation?.finished ?? 0) + 1}`;
    throw new InterruptedError(interrupted(where, store));
  } finally {
    federation?.dispose();
  }
}

/** Runs one method and seed to the end of its rounds and returns their records. */
async function* performRounds(
  rounds: number,
  federation: Federation,
  { method, seed }: RunName,
  checkpoints: Checkpoints<Federation> | undefined,
  { store, shouldStop = () => false }: RunOptions,
): AsyncGenerator<RoundRecord, StoredRound[] | 'stopped', undefined> {
  const records: StoredRound[] = [];
  if (store && checkpoints) {
    const stored = store.read().rounds.filter((record) => record.method === method && record.seed === seed);
    const finished = checkpoints.restore(federation, stored.length);
    store.dropRoundsAfter(method, seed, finished);
    records.push(...stored.slice(0, finished));
  }
  while (federation.finished < rounds) {
    const record = { ...(await federation.round()), method };
    store?.appendRound(record);
    records.push({ ...record, ...store?.origin });
    const stop = shouldStop();
    checkpoints?.save(federation, stop);
    yield record;
    if (stop) return 'stopped';
  }
  return records;
}

/** The lines of `results.jsonl`: both kinds of selection on validation and test. */
function finalLines(
  federation: Federation,
  run: RunName,
  records: readonly StoredRound[],
  splits: readonly ('validation' | 'test')[],
): ResultLine[] {
  const total = (figure: (record: RoundRecord) => number) => records.reduce((sum, record) => sum + figure(record), 0);
  const bytes = total(({ bytes }) => bytes.up + bytes.down);
  const seconds = total(({ seconds }) => seconds.local + seconds.aggregate + seconds.evaluate);
  const origin = jointOrigin(records);
  const kinds = ['common', 'per-client'] as const;
  return kinds.flatMap((selection) =>
    splits.flatMap((split) =>
      federation
        .evaluateChosen(split, selection)
        .map(({ score, round }) => ({ ...run, ...score, split, selection, round, bytes, seconds, ...origin })),
    ),
  );
}

import { existsSync, rmSync } from 'node:fs';
import type { Dataset } from '../data/types';
import { restoreCheckpoint, saveCheckpoint } from '../federated/checkpoint';
import { createFederation, type Federation } from '../federated/federation';
import { methods } from '../federated/methods';
import { InterruptedError } from '../federated/pause';
import type { SharingPlan } from '../federated/plan';
import type { RoundRecord } from '../federated/record';
import { mmoe } from '../models/mmoe';
import type { ExperimentConfig } from './config';
import type { ResultStore } from './store';
import type { ResultLine } from './types';

/** Seconds between two checkpoints of one run; what a killed process loses at most, beside the round at work. */
const CHECKPOINT_SECONDS = 20;

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
  const { store } = options;
  const lines: ResultLine[] = [];
  const runs = config.seeds.flatMap((seed) => config.methods.map((method) => ({ method, seed })));
  for (const [index, { method, seed }] of runs.entries()) {
    if (store?.isFinished(method, seed)) continue;
    const plan = options.plans?.[method] ?? methods[method](config);
    const progress = (round: number, share: number) =>
      options.onProgress?.({ method, seed, round }, (index + (round - 1 + share) / config.rounds) / runs.length);
    let federation: Federation | undefined;
    try {
      federation = createFederation({
        dataset,
        plan,
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
      const records = yield* runRounds(config.rounds, federation, { method, seed }, options);
      if (!records) return lines;
      const own = finalLines(federation, { method, seed }, records, options.splits ?? ['validation', 'test']);
      store?.writeResults(own);
      if (store) rmSync(checkpointOf(store, method, seed), { force: true });
      lines.push(...own);
    } catch (problem) {
      if (!(problem instanceof InterruptedError)) throw problem;
      throw new InterruptedError(
        interrupted(`${method}, seed ${seed}, round ${(federation?.finished ?? 0) + 1}`, store),
      );
    } finally {
      federation?.dispose();
    }
  }
  return store ? [...store.read().results] : lines;
}

const interrupted = (where: string, store: ResultStore | undefined): string =>
  store
    ? `Interrupted: ${where}. Finished rounds are in ${store.folder}; the same call with the same store goes on from there.`
    : `Interrupted: ${where}. This run has no store to go on from, so it has ended; the rounds before were handed out.`;

const checkpointOf = (store: ResultStore, method: string, seed: number) =>
  store.path(`checkpoint-${method}-${seed}.safetensors`);

/** Runs one method and seed to the end; returns its records, or nothing if it was stopped. */
async function* runRounds(
  rounds: number,
  federation: Federation,
  { method, seed }: { method: string; seed: number },
  { store, shouldStop = () => false }: RunOptions,
): AsyncGenerator<RoundRecord, RoundRecord[] | undefined, undefined> {
  const checkpoint = store && checkpointOf(store, method, seed);
  const records: RoundRecord[] = [];
  if (store && checkpoint) {
    const finished = existsSync(checkpoint) ? restoreCheckpoint(federation, checkpoint) : 0;
    store.dropRoundsAfter(method, seed, finished);
    records.push(...store.read().rounds.filter((record) => record.method === method && record.seed === seed));
  }
  let saved = performance.now();
  while (federation.finished < rounds) {
    const record = { ...(await federation.round()), method };
    store?.appendRound(record);
    records.push(record);
    const stop = shouldStop();
    if (checkpoint && (stop || performance.now() - saved > 1000 * CHECKPOINT_SECONDS)) {
      saveCheckpoint(federation, checkpoint);
      saved = performance.now();
    }
    yield record;
    if (stop) return undefined;
  }
  return records;
}

/** The lines of `results.jsonl`: both kinds of selection on validation and test. */
function finalLines(
  federation: Federation,
  run: { method: string; seed: number },
  records: readonly RoundRecord[],
  splits: readonly ('validation' | 'test')[],
): ResultLine[] {
  const total = (figure: (record: RoundRecord) => number) => records.reduce((sum, record) => sum + figure(record), 0);
  const bytes = total(({ bytes }) => bytes.up + bytes.down);
  const seconds = total(({ seconds }) => seconds.local + seconds.aggregate + seconds.evaluate);
  const kinds = ['common', 'per-client'] as const;
  return kinds.flatMap((selection) =>
    splits.flatMap((split) =>
      federation
        .evaluateChosen(split, selection)
        .map(({ score, round }) => ({ ...run, ...score, split, selection, round, bytes, seconds })),
    ),
  );
}

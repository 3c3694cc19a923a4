import { seedAt } from '../../backend/random';
import { choiceFor } from '../../multitask/choice';
import { makeCombination } from '../../multitask/combinations';
import { placesFrom } from '../draws';
import { encoders } from '../encoders';
import { makeTasks } from '../tasks';
import { epochBatches } from './batches';
import { createLearner, disposeLearner, type Learner, type NodeVectors, nodeVectors } from './learner';
import { runningMeans, withShares } from './shares';
import { trainStep } from './step';
import type { EpochRecord, RankingRun, SplitScores, TrainedVectors } from './types';

/** The figure that chooses the epoch: the main task's Recall@20 on validation. */
const CHOOSING_CUTOFF = 20;

/** Where training stands between two epochs. */
export interface Training {
  readonly learner: Learner;
  /** One per epoch that is over. */
  readonly records: EpochRecord[];
  /** The epoch with the best validation figure so far. */
  best?: { readonly vectors: NodeVectors; readonly record: EpochRecord };
}

/**
 * Trains vectors of users and items for the main task and, with a combination, the auxiliary ones. Yields every epoch's
 * record and returns the vectors of the epoch with the best validation Recall@20; training ends early when `patience`
 * epochs in a row were no better [paper: 10 epochs, on validation; which figure is choice].
 *
 * {@link RankingRun.onStart} gets the training before its first epoch; between two epochs it can be stored.
 *
 * Nothing here reads the test split. Order of the data, negatives and start follow from the seed alone and are the same
 * for all methods.
 */
export async function* trainRanking(run: RankingRun): AsyncGenerator<EpochRecord, TrainedVectors, undefined> {
  const { dataset, options, seed, evaluate } = run;
  const sizes = { nodes: dataset.users + dataset.items, width: options.embedding, layers: options.layers };
  const tasks = makeTasks(dataset, run.combination ? options.auxiliary : []);
  const names = tasks.map(({ name }) => name);
  const combination =
    tasks.length > 1 ? run.combination && choiceFor(mainNamed(run.combination, names), names) : undefined;
  const method = combination && makeCombination(combination);
  const learner = createLearner({
    ...{ dataset, tasks, seed },
    encoder: encoders[options.encoder](sizes),
    optimizer: options.optimizer,
  });
  try {
    const training: Training = { learner, records: [] };
    run.onStart?.(training);
    while (!isOver(training, options)) {
      const epoch = training.records.length + 1;
      const began = performance.now();
      const means = await trainEpoch(learner, run, { epoch, method });
      const trained = performance.now();
      const vectors = nodeVectors(learner);
      const validation = evaluate(vectors, 'validation');
      const record: EpochRecord = {
        ...{ seed, epoch, validation },
        losses: named(names, means.of('losses')!),
        ...(means.of('shares') && { shares: named(names, means.of('shares')!), entropy: means.of('entropy')![0] }),
        seconds: { train: (trained - began) / 1000, evaluate: (performance.now() - trained) / 1000 },
      };
      training.records.push(record);
      const { best } = training;
      if (!best || choosing(validation) > choosing(best.record.validation)) training.best = { vectors, record };
      yield record;
    }
    const { vectors, record } = training.best!;
    return { ...vectors, epoch: record.epoch, validation: record.validation, records: training.records };
  } finally {
    disposeLearner(learner);
  }
}

/** Whether no epoch is left, or too many have passed without a gain. */
function isOver({ records, best }: Training, { epochs, patience }: RankingRun['options']): boolean {
  return records.length >= epochs || (best !== undefined && records.length - best.record.epoch >= patience);
}

const choosing = ({ recall }: SplitScores): number => recall[CHOOSING_CUTOFF];

/** The main task is the first one here, and not the last as where conversion follows click. */
function mainNamed<Choice extends object>(choice: Choice, [main]: readonly string[]): Choice {
  if (!('method' in choice) || !['pmtrec', 'pmtrec-client', 'metabalance'].includes(String(choice.method)))
    return choice;
  return { main, ...choice };
}

/** One pass over the training interactions. */
async function trainEpoch(
  learner: Learner,
  { dataset, options, onProgress }: RankingRun,
  { epoch, method }: { epoch: number; method?: ReturnType<typeof makeCombination> },
) {
  const streams = learner.tasks.map(({ name }) => placesFrom(seedAt(learner.seed, 'sample', name, epoch)));
  const means = runningMeans();
  let done = 0;
  let paused = performance.now();
  for (const batch of epochBatches(dataset.train, options.batch, learner.seed, epoch)) {
    const samples = learner.tasks.map((task, t) => task.sample(batch, streams[t]));
    const rows = batch.numbers.length;
    const { losses, figures } = trainStep(learner, samples, { method, epoch, rows });
    means.add({ losses, ...withShares(figures) });
    done += rows;
    if (performance.now() - paused > 100) {
      onProgress?.(epoch, done / dataset.train.users.length);
      await new Promise(setImmediate); // lets a progress bar, a notebook or Ctrl-C have its turn
      paused = performance.now();
    }
  }
  return means;
}

const named = (names: readonly string[], values: readonly number[]): Record<string, number> =>
  Object.fromEntries(names.map((name, k) => [name, values[k]]));

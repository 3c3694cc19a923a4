import { evaluateRanking } from '../../ranking/metrics';
import { type NodeVectors, type SplitScores, type TrainedVectors, trainRanking } from '../../ranking/training';
import type { RankingDataset } from '../../ranking/types';
import { ConfigError } from '../config';
import { auxiliaryOf, combinationOf, type RankingConfig } from './config';
import type { RankingStore } from './store';
import type { RankingEpochLine, RankingResultLine } from './types';

export interface RankingRunOptions {
  /** Where results are kept; without one nothing is written. */
  readonly store?: RankingStore;
  /**
   * The splits that final figures are read from; default both. A search for good settings names `validation` alone: then
   * nobody has seen the test split.
   */
  readonly splits?: readonly RankingResultLine['split'][];
  /** Called now and then with what runs and the share of its present epoch that is done. */
  readonly onProgress?: (run: { method: string; seed: number; epoch: number }, share: number) => void;
  /** Asked after each epoch: true stops there. */
  readonly shouldStop?: () => boolean;
}

/**
 * Trains every method with every seed and yields each epoch as it ends. Returns the final lines of all runs: metrics of the
 * epoch that validation chose, on validation and, read once, on test.
 *
 * With a store, runs that are finished there are skipped. One that was interrupted starts afresh: a run takes a minute or
 * two on the data sets at hand, so that nothing is kept in between.
 */
export async function* runRanking(
  config: RankingConfig,
  dataset: RankingDataset,
  { store, splits = ['validation', 'test'], onProgress, shouldStop = () => false }: RankingRunOptions = {},
): AsyncGenerator<RankingEpochLine, RankingResultLine[], undefined> {
  const lines: RankingResultLine[] = [];
  const options = { ...config, auxiliary: auxiliaryOf(config, dataset) };
  const evaluate = judgeOn(dataset);
  for (const seed of config.seeds) {
    for (const method of config.methods) {
      if (store?.isFinished(method, seed)) continue;
      store?.dropRoundsAfter(method, seed, 0);
      const began = performance.now();
      const run = trainRanking({
        ...{ dataset, options, seed, evaluate },
        combination: combinationOf(config, method),
        onProgress: (epoch, share) => onProgress?.({ method, seed, epoch }, share),
      });
      let next = await run.next();
      while (!next.done) {
        const line = { method, ...next.value };
        store?.appendRound(line);
        yield line;
        if (shouldStop()) {
          await run.return(undefined as never); // frees the device
          return lines;
        }
        next = await run.next();
      }
      const { epoch, validation } = next.value;
      const about = { method, seed, epoch, seconds: (performance.now() - began) / 1000 };
      const own = splits.flatMap((split) =>
        linesOf(
          { ...about, split },
          split === 'validation' ? validation : evaluate(next.value as TrainedVectors, split),
        ),
      );
      store?.writeResults(own);
      lines.push(...own);
    }
  }
  return store ? [...store.read().results] : lines;
}

/** Metrics of vectors on a data set. What cannot be ranked, vectors that are no numbers above all, is an error for the user. */
const judgeOn = (dataset: RankingDataset) => (vectors: NodeVectors, split: 'validation' | 'test') => {
  try {
    return evaluateRanking({ ...vectors, dataset, split });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const advice = error.message.includes('diverge') ? ' A lower --learning-rate may help.' : '.';
    throw new ConfigError(`${dataset.name} cannot be ranked: ${error.message}${advice}`);
  }
};

/** One line per metric and cutoff. */
function linesOf(
  about: Omit<RankingResultLine, 'metric' | 'value'>,
  { recall, ndcg }: SplitScores,
): RankingResultLine[] {
  const { method, seed, split, epoch, seconds } = about;
  return Object.entries({ recall, ndcg }).flatMap(([metric, values]) =>
    Object.entries(values).map(([cutoff, value]) => ({
      ...{ method, seed, split, metric: `${metric}@${cutoff}`, value, epoch, seconds },
    })),
  );
}

import { evaluateRanking } from '../../ranking/metrics';
import type { NodeVectors, SplitScores, TrainedVectors } from '../../ranking/training';
import type { RankingDataset } from '../../ranking/types';
import { ConfigError } from '../config';
import type { RunName } from '../store';
import type { RankingResultLine } from './types';

/** The lines of `results.jsonl` of one run. */
export function finalLines(
  trained: TrainedVectors,
  { method, seed }: RunName,
  splits: readonly RankingResultLine['split'][],
  evaluate: ReturnType<typeof judgeOn>,
): RankingResultLine[] {
  const { epoch, validation, records } = trained;
  const seconds = records.reduce((sum, one) => sum + one.seconds.train + one.seconds.evaluate, 0);
  return splits.flatMap((split) =>
    linesOf({ method, seed, epoch, seconds, split }, split === 'validation' ? validation : evaluate(trained, split)),
  );
}

/** Metrics of vectors on a data set. What cannot be ranked, vectors that are no numbers above all, is an error for the user. */
export const judgeOn = (dataset: RankingDataset) => (vectors: NodeVectors, split: 'validation' | 'test') => {
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

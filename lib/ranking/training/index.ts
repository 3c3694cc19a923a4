export type { NodeVectors } from './learner';
export { trainRanking } from './train';
export type {
  EpochRecord,
  Evaluate,
  RankingOptions,
  RankingRun,
  SplitScores,
  TrainedVectors,
} from './types';

export { restoreTraining, saveTraining } from './checkpoint';
export type { NodeVectors } from './learner';
export { type Training, trainRanking } from './train';
export type {
  EpochRecord,
  Evaluate,
  RankingOptions,
  RankingRun,
  SplitScores,
  TrainedVectors,
} from './types';

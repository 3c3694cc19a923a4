export {
  auxiliaryOf,
  combinationOf,
  makeRankingConfig,
  type RankingConfig,
  type RankingOverrides,
  rankingConfigDefaults,
} from './config';
export { type RankingRunOptions, runRanking } from './run';
export { isRankingFolder, openRankingStore, type RankingStore, readRankingResults } from './store';
export type { RankingEpochLine, RankingResultLine } from './types';

export * from './card';
export * from './open';
export type { SplitWay } from './split';
export {
  type RankingSyntheticOptions,
  rankingSyntheticDefaults,
  type SyntheticRanking,
  syntheticRanking,
} from './synthetic';

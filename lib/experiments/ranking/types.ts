import type { EpochRecord } from '../../ranking/training';
import type { Origin } from '../origin';

/** One figure of one method and seed: a line of `results.jsonl`. */
export interface RankingResultLine extends Origin {
  readonly method: string;
  readonly seed: number;
  readonly split: 'validation' | 'test';
  /** Such as `recall@20` or `ndcg@20`. */
  readonly metric: string;
  /** Mean over the users with an item in the split. */
  readonly value: number;
  /** The epoch that validation chose. */
  readonly epoch: number;
  /** Wall time of all epochs, evaluation among them. */
  readonly seconds: number;
}

/** A line of `epochs.jsonl`. */
export interface RankingEpochLine extends EpochRecord {
  readonly method: string;
}

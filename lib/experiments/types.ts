import type { SplitName } from '../data/types';
import type { RoundRecord } from '../federated/record';
import type { Score } from '../metrics/types';
import type { Origin } from './origin';

export type { RoundRecord } from '../federated/record';
export type { Score } from '../metrics/types';

/** A round with where it comes from: a line of `rounds.jsonl`. */
export type StoredRound = RoundRecord & Origin;

/** Final figures of one method and seed: a line of `results.jsonl`. */
export interface ResultLine extends Score, Origin {
  readonly method: string;
  readonly seed: number;
  readonly split: SplitName;
  /** Which round was kept: one for all clients, or each client's own best. */
  readonly selection: 'common' | 'per-client';
  /** The round that validation chose. */
  readonly round: number;
  /** Bytes up and down until the last round. */
  readonly bytes: number;
  /** Wall time of all rounds. */
  readonly seconds: number;
}

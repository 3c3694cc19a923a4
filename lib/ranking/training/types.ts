import type { AdamOptions } from '../../backend/operations/adam';
import type { CombinationChoice } from '../../multitask/combinations';
import type { EncoderName } from '../encoders';
import type { AuxiliaryTask } from '../tasks';
import type { RankingDataset } from '../types';
import type { NodeVectors } from './learner';
import type { Training } from './train';

/** How vectors are trained, the same for all methods of a table. */
export interface RankingOptions {
  readonly encoder: EncoderName;
  /** Width of the embedding table. */
  readonly embedding: number;
  /** Steps along links, for encoders that read the graph. */
  readonly layers: number;
  /** The tasks beside the main one. */
  readonly auxiliary: readonly AuxiliaryTask[];
  /** Interactions of a batch. */
  readonly batch: number;
  /** At most so many passes over the training interactions. */
  readonly epochs: number;
  /** Epochs without a better validation figure of the main task after which training ends. */
  readonly patience: number;
  readonly optimizer: AdamOptions;
}

/** Metrics of one split by cutoff K, means over users. */
export interface SplitScores {
  readonly recall: Readonly<Record<number, number>>;
  readonly ndcg: Readonly<Record<number, number>>;
}

/** Judges vectors on a split. */
export type Evaluate = (vectors: NodeVectors, split: 'validation' | 'test') => SplitScores;

/** One method with one seed. */
export interface RankingRun {
  readonly dataset: RankingDataset;
  readonly options: RankingOptions;
  readonly seed: number;
  /** How the tasks' gradients become one; without it the main task is trained alone. */
  readonly combination?: CombinationChoice;
  readonly evaluate: Evaluate;
  /** Called before the first epoch, to go on from a checkpoint. */
  readonly onStart?: (training: Training) => void;
  /** Called now and then with the share of the present epoch that is done. */
  readonly onProgress?: (epoch: number, share: number) => void;
}

/** What an epoch leaves behind. */
export interface EpochRecord {
  readonly seed: number;
  /** From 1. */
  readonly epoch: number;
  /** Mean of every task's loss over the epoch's batches, before each step. */
  readonly losses: Readonly<Record<string, number>>;
  readonly validation: SplitScores;
  /** Each task's mean share of the weights; for PMTRec over rows and steps, else over steps. */
  readonly shares?: Readonly<Record<string, number>>;
  /** Mean entropy of the weights in nats: ln tasks where all are equal, 0 where one task has everything. */
  readonly entropy?: number;
  readonly seconds: { readonly train: number; readonly evaluate: number };
}

/** The end of a run: the vectors of the epoch that validation chose. */
export interface TrainedVectors extends NodeVectors {
  readonly epoch: number;
  readonly validation: SplitScores;
  readonly records: readonly EpochRecord[];
}

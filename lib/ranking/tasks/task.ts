import type { Tensor, Tensor2D } from '../../backend/tensorflow';
import type { Parameter, Values } from '../../models/parameter';
import type { Places } from '../draws';
import type { Interactions, RankingDataset } from '../types';

/** Some training interactions; all tasks of a step start from the same ones [PMTRec, Algorithm 1]. */
export interface InteractionBatch extends Interactions {
  /** Their numbers among the training interactions. */
  readonly numbers: Int32Array;
}

/** What a task learns from in one step. */
export interface TaskSample {
  /** Nodes by their role (user, item, other item, …): lists of one length, which may be 0. */
  readonly roles: readonly Int32Array[];
  /** A number beside each entry, such as a rating. */
  readonly values?: Float32Array;
}

/** Something that vectors of users and items are trained for. */
export interface RankingTask {
  readonly name: string;
  /** Parameters that belong to this task alone. */
  readonly parameters: readonly Parameter[];
  /** What goes with a batch of interactions; the stream decides what is drawn. */
  sample(batch: InteractionBatch, places: Places): TaskSample;
  /**
   * The mean loss of a sample that is not empty → scalar.
   *
   * @param vectors of each role, `[entries, width]`
   * @param own the task's parameters by name
   */
  loss(vectors: readonly Tensor2D[], sample: TaskSample, own: Values): Tensor;
}

/** A kind of task. */
export interface TaskKind {
  /** One sentence for tables and help. */
  readonly about: string;
  /** Whether a data set has what the task learns from; what is missing, else. */
  missing(dataset: RankingDataset): string | undefined;
  /** The task on a data set that misses nothing. */
  make(dataset: RankingDataset): RankingTask;
}

import type { Lookup } from '../backend/operations/lookup';
import type { Tensor, Tensor2D } from '../backend/tensorflow';
import type { Parameter, Values } from './parameter';

/** What a model must know of a data set: the same for all scenarios. */
export interface DataShape {
  /** Number of ids of each categorical field. */
  readonly fieldSizes: readonly number[];
  /** Number of numerical fields. */
  readonly numbers: number;
  readonly tasks: readonly string[];
}

/** The inputs of some rows. */
export interface Inputs {
  /** Where the ids stand among the rows of the embedding table that the model is given. */
  readonly lookup: Lookup;
  /** `[batch, numerical fields]` */
  readonly numbers: Tensor2D;
}

/** What differs between learning from a batch and predicting. */
export interface Pass {
  readonly training: boolean;
  /** Two integers that name the dropout draw of one layer in this step. */
  dropoutSeed(layer: string): readonly [number, number];
  /** Receives a layer's batch statistics `[units]`, which it disposes of. */
  statistics(layer: string, mean: Tensor, variance: Tensor): void;
}

/** The pass in which nothing is drawn and running statistics are used. */
export const predicting: Pass = {
  training: false,
  dropoutSeed: () => [0, 0],
  statistics: () => undefined,
};

/**
 * A model: its parameters, and one function from parameters and inputs to logits.
 *
 * A table with `byRows` is given as the rows that `inputs.lookup` points at, all others whole.
 */
export interface Model {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** → `[batch, tasks]` */
  forward(values: Values, inputs: Inputs, pass: Pass): Tensor2D;
  /**
   * The weights that the gates give the experts → `[batch, tasks, experts]`, each row and task summing to 1. A model
   * that has gates and offers this gets them into the records of its rounds.
   */
  gates?(values: Values, inputs: Inputs): Tensor;
}

import { type AdamOptions, disposeSlot, type Slot, slot } from '../../backend/operations/adam';
import { seedAt } from '../../backend/random';
import { tf } from '../../backend/tensorflow';
import { initialValues, type Parameter, type Values } from '../../models/parameter';
import { type CombinationState, startState } from '../../multitask/combination';
import type { Encoder } from '../encoders';
import { type InteractionGraph, interactionGraph } from '../graph';
import type { RankingTask } from '../tasks';
import type { RankingDataset } from '../types';

/** Everything that a step reads and changes. */
export interface Learner {
  readonly encoder: Encoder;
  /** The main task first. */
  readonly tasks: readonly RankingTask[];
  readonly graph: InteractionGraph;
  readonly seed: number;
  readonly optimizer: AdamOptions;
  /** Values and moments by parameter. */
  readonly slots: Readonly<Record<string, Slot>>;
  /** Updates so far, by parameter. */
  readonly updates: Record<string, number>;
  /** Where a node stands among the rows that a step reads; scratch memory. */
  readonly places: Int32Array;
  /** 0 … nodes − 1 */
  readonly everyNode: Int32Array;
  steps: number;
  /** What the way in which task gradients are combined remembers. */
  combination: CombinationState;
}

/** What a learner is made of. */
export interface LearnerOptions {
  readonly dataset: RankingDataset;
  readonly encoder: Encoder;
  readonly tasks: readonly RankingTask[];
  readonly seed: number;
  readonly optimizer: AdamOptions;
}

/** A learner before its first step. One seed gives every method the same start. */
export function createLearner({ dataset, encoder, tasks, seed, optimizer }: LearnerOptions): Learner {
  const parameters = [...encoder.parameters, ...tasks.flatMap((task) => task.parameters)];
  const values = initialValues(parameters, seedAt(seed, 'ranking'));
  const slots = Object.fromEntries(parameters.map(({ name }) => [name, slot(values[name])]));
  tf.dispose(Object.values(values));
  return {
    ...{ encoder, tasks, seed, optimizer, slots },
    graph: interactionGraph(dataset.users, dataset.items, dataset.train),
    updates: Object.fromEntries(parameters.map(({ name }) => [name, 0])),
    places: new Int32Array(dataset.users + dataset.items),
    everyNode: Int32Array.from({ length: dataset.users + dataset.items }, (_, node) => node),
    steps: 0,
    combination: startState,
  };
}

/** Frees all that a learner holds on the device. */
export function disposeLearner({ slots, graph, combination }: Learner): void {
  for (const one of Object.values(slots)) disposeSlot(one);
  graph.dispose();
  tf.dispose(Object.values(combination.tensors));
}

/** Present values of some parameters. They stay the learner's. */
export const valuesOf = ({ slots }: Learner, parameters: readonly Parameter[]): Values =>
  Object.fromEntries(parameters.map(({ name }) => [name, slots[name].value.borrow()]));

/** Vectors of all users and items as plain numbers, one row after another. */
export interface NodeVectors {
  readonly userVectors: Float32Array;
  readonly itemVectors: Float32Array;
  readonly width: number;
}

/** The vectors that the present parameters give. */
export function nodeVectors(learner: Learner): NodeVectors {
  const { encoder, graph } = learner;
  const vectors = tf.tidy(() => encoder.encode(valuesOf(learner, encoder.parameters), graph).clone());
  const [, width] = vectors.shape;
  // A copy: the memory of a tensor may be used again.
  const numbers = Float32Array.from(vectors.dataSync());
  vectors.dispose();
  const split = graph.users * width;
  return { userVectors: numbers.subarray(0, split), itemVectors: numbers.subarray(split), width };
}

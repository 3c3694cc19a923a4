import type { Tensor } from '../backend/tensorflow';
import type { Gram } from './conflict-averse';

/** What a method remembers from step to step, in a form that a checkpoint can hold. */
export interface CombinationState {
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** The state before the first step. */
export const startState: CombinationState = { numbers: {}, tensors: {} };

/** What a method may know of a step beside the gradients. */
export interface CombinationStep {
  readonly tasks: readonly string[];
  /** `[tasks]`, before the step */
  readonly losses: readonly number[];
  /** Steps before this one. */
  readonly step: number;
  /** Passes over the data, or communication rounds in a federation, from 1. */
  readonly epoch: number;
  /** Rows of the batch that the losses are means over. */
  readonly rows: number;
  /** Decides the method's draws, together with `step`. */
  readonly seed: number;
}

/** Figures of one step by name, for a log. */
export type CombinationFigures = Readonly<Record<string, readonly number[]>>;

/** One weight per task, and what goes with it. */
export interface TaskWeights {
  readonly weights: readonly number[];
  /** The state's next numbers; absent where the method remembers nothing. */
  readonly numbers?: CombinationState['numbers'];
  readonly figures?: CombinationFigures;
}

/** All tasks' gradients of one shared parameter. */
export interface TaskGradients {
  readonly name: string;
  /** `[tasks, …shape of the parameter]`; of an embedding table the rows that the batch touched, `[tasks, touched, width]`. */
  readonly stacked: Tensor;
  /** Of an embedding table: the number of each touched row, `[touched]`, and how many rows there are in all. */
  readonly table?: { readonly touched: Tensor; readonly rows: number };
}

/** The combined gradient of every parameter, in the order in which they were given. */
export interface CombinedGradients {
  readonly gradients: readonly Tensor[];
  readonly state: CombinationState;
  readonly figures: CombinationFigures;
}

interface Named {
  readonly name: string;
  /**
   * Whether the result stands for the mean of the gradients and not, as by default, for their sum: of T equal gradients g,
   * it is g and not T g. Whoever mixes it with other terms (decay, alignment) brings all methods to one scale with it.
   */
  readonly isMean?: boolean;
}

/**
 * A method that weighs losses and reads no gradients. Its weights go for task-private parameters, too, as the papers
 * weigh the whole loss: one backward pass serves all tasks.
 */
export interface LossCombination extends Named {
  readonly reads: 'losses';
  weigh(step: CombinationStep, state: CombinationState): TaskWeights;
  /**
   * For methods that learn from what the step did to the losses.
   * @param after the losses of the same batch after the step
   * @returns the state's next numbers
   */
  observe?(step: CombinationStep, after: readonly number[], state: CombinationState): CombinationState['numbers'];
}

/** A method whose result is Σ w_t g_t, with weights that follow from the gradients' inner products. */
export interface GramCombination extends Named {
  readonly reads: 'gram';
  /**
   * Whether task-private parameters get the weights, too, because the paper trains the weighted loss. Default false:
   * each gets its own task's gradient as it is [choice].
   */
  readonly weighsLoss?: boolean;
  /** @param gram ⟨g_i, g_j⟩ over all shared parameters, `[tasks][tasks]` */
  weigh(gram: Gram, step: CombinationStep, state: CombinationState): TaskWeights;
}

/** A method that works on the gradients themselves, number by number, row by row or parameter by parameter. */
export interface GradientCombination extends Named {
  readonly reads: 'gradients';
  /** Called inside `tf.tidy`. The caller disposes of tensors of the last state that the next one does not hold. */
  combine(parts: readonly TaskGradients[], step: CombinationStep, state: CombinationState): CombinedGradients;
}

/** A way to make one gradient out of one per task. */
export type Combination = LossCombination | GramCombination | GradientCombination;

/** Numbers that a state holds under a name, or as many times the first value. */
export const recall = (state: CombinationState, name: string, count: number, first = 0): readonly number[] =>
  state.numbers[name] ?? Array<number>(count).fill(first);

/**
 * Place of the main task: the named one, or with `last` the last of the list, as conversion follows click [choice].
 * −1 where a client does not have it: then no task is favoured.
 */
export const placeOfMain = (main: string, tasks: readonly string[]): number =>
  main === 'last' ? tasks.length - 1 : tasks.indexOf(main);

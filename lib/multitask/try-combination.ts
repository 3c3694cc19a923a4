import { tf } from '../backend/tensorflow';
import type { Matrix } from '../federated/rules/try-rule';
import { CombinationError, choiceProblem } from './choice';
import { type CombinationFigures, type CombinationState, type CombinationStep, startState } from './combination';
import { type CombinationChoice, type CombinationName, makeCombination } from './combinations';
import { combineGradients, tidied, weighed } from './combine';

/** What a step is beside its gradients; everything has a default. */
export interface TriedStep extends Partial<Omit<CombinationStep, 'losses'>> {
  /** Default: 1 for every task. */
  readonly losses?: readonly number[];
  /** Losses after the step, for a method that learns from them. */
  readonly after?: readonly number[];
  /** Length of a row, for methods that work row by row; default: the gradient is one row. */
  readonly rowWidth?: number;
}

export interface TriedCombination {
  readonly combined: readonly number[];
  /** Weights of the tasks, where the method has them. */
  readonly weights?: readonly number[];
  readonly figures: CombinationFigures;
  /** Hand it to the next call, as the next step would. Its few tensors are the caller's. */
  readonly state: CombinationState;
}

/**
 * Combines gradients that a reader can check by hand.
 *
 * @param choice a method by name, or with options: `{ method: 'cagrad', c: 0.5 }`
 * @param gradients one per task, as if of one embedding table, `[tasks][numbers]`
 * @param last what the call for the step before returned, for a method with a state
 * @throws CombinationError with what a wrong choice could be
 *
 * @example
 * tryCombination('pcgrad', [[1, 0], [-1, 1]]).combined // [0.5, 1.5]
 */
export function tryCombination(
  choice: CombinationName | CombinationChoice,
  gradients: Matrix,
  { after, rowWidth = gradients[0].length, ...given }: TriedStep = {},
  last?: TriedCombination,
): TriedCombination {
  const chosen = typeof choice === 'string' ? ({ method: choice } as CombinationChoice) : choice;
  const problem = choiceProblem(chosen);
  if (problem) throw new CombinationError(problem);
  const method = makeCombination(chosen);
  const state = last?.state ?? startState;
  const number = state.numbers[STEP]?.[0] ?? 0;
  const step: CombinationStep = {
    tasks: gradients.map((_, t) => `task ${t}`),
    losses: gradients.map(() => 1),
    step: number,
    epoch: number + 1,
    rows: 1,
    seed: 0,
    ...given,
  };
  const counted = (next: CombinationState): CombinationState => ({
    numbers: { ...next.numbers, [STEP]: [number + 1] },
    tensors: next.tensors,
  });

  if (method.reads === 'gradients') {
    const [rows, width] = [gradients[0].length / rowWidth, rowWidth];
    const { combined, ...rest } = tidied(() => {
      const stacked = tf.tensor3d(gradients.flat(), [gradients.length, rows, width]);
      const table = { touched: tf.range(0, rows, 1, 'int32'), rows };
      const found = combineGradients(method, [{ name: 'tried', stacked, table }], step, state);
      return { combined: found.gradients[0].flatten(), state: found.state, figures: found.figures };
    });
    const numbers = Array.from(combined.dataSync());
    combined.dispose();
    return { combined: numbers, figures: rest.figures, state: counted(rest.state) };
  }

  // Weights follow from a few numbers: these are doubles throughout.
  const gram = gradients.map((x) => gradients.map((y) => x.reduce((sum, value, k) => sum + value * y[k], 0)));
  const found = method.reads === 'gram' ? method.weigh(gram, step, state) : method.weigh(step, state);
  const next = weighed(found).state;
  const observed = after && method.reads === 'losses' ? method.observe?.(step, after, next) : undefined;
  return {
    combined: gradients[0].map((_, k) => found.weights.reduce((sum, weight, t) => sum + weight * gradients[t][k], 0)),
    weights: found.weights,
    figures: found.figures ?? {},
    state: counted(observed ? { numbers: observed, tensors: {} } : next),
  };
}

/** Where the number of steps is kept among the numbers of the state. */
const STEP = 'tried/step';

import { type Tensor, tf } from '../backend/tensorflow';
import type {
  CombinationState,
  CombinationStep,
  CombinedGradients,
  GradientCombination,
  GramCombination,
  TaskGradients,
  TaskWeights,
} from './combination';
import type { Gram } from './conflict-averse';

/** A combination that needs the gradients of all tasks. */
export type GradientMethod = GramCombination | GradientCombination;

/** What {@link combineGradients} returns. */
export interface Combined extends CombinedGradients {
  /** What task-private parameters' gradients are multiplied with; absent: they stay as they are. */
  readonly lossWeights?: readonly number[];
}

/**
 * Combines all tasks' gradients of the shared parameters. The caller disposes of the gradients, and of tensors of the
 * last state that the next one does not hold.
 */
export function combineGradients(
  method: GradientMethod,
  parts: readonly TaskGradients[],
  step: CombinationStep,
  state: CombinationState,
): Combined {
  if (method.reads === 'gradients') return tidied(() => method.combine(parts, step, state));
  const found = method.weigh(gramOf(parts), step, state);
  return {
    gradients: tf.tidy(() => parts.map(({ stacked }) => weightedSum(stacked, found.weights))),
    ...weighed(found),
    ...(method.weighsLoss && { lossWeights: found.weights }),
  };
}

/** `tf.tidy` for results whose tensors stand in interfaces of their own. */
export const tidied = <Result>(work: () => Result): Result =>
  tf.tidy(work as unknown as () => Tensor) as unknown as Result;

/** Next state and figures of a method that gives weights. */
export const weighed = ({ weights, numbers, figures }: TaskWeights): Pick<Combined, 'state' | 'figures'> => ({
  state: { numbers: numbers ?? {}, tensors: {} },
  figures: { weights, ...figures },
});

/** ⟨g_i, g_j⟩ over all parameters, `[tasks][tasks]`. Disposes of nothing that is given. */
export function gramOf(parts: readonly TaskGradients[], others: readonly Tensor[] = parts.map(stackedOf)): Gram {
  return tf.tidy(() => {
    const products = parts.map(({ stacked }, i) => tf.matMul(flat(stacked), flat(others[i]), false, true));
    return tf.addN(products).arraySync() as number[][];
  });
}

const stackedOf = ({ stacked }: TaskGradients): Tensor => stacked;

/** `[tasks, …]` → `[tasks, numbers]` */
export const flat = (stacked: Tensor): Tensor => stacked.reshape([stacked.shape[0], -1]);

/** Σ w_t g_t: `[tasks, …]` → `[…]` */
export function weightedSum(stacked: Tensor, weights: readonly number[]): Tensor {
  return tf.tidy(() =>
    tf.matMul(tf.tensor2d([...weights], [1, weights.length]), flat(stacked)).reshape(stacked.shape.slice(1)),
  );
}

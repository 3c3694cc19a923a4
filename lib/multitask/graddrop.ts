import { execute, type } from '../backend/execute';
import { seedAt } from '../backend/random';
import { type Tensor, tf } from '../backend/tensorflow';
import type { GradientCombination } from './combination';

export interface GradDropOptions {
  /** Share of a dropped number that stays: 0 drops it whole, 1 is the plain sum. */
  readonly leak: number;
}

export const gradDropDefaults: GradDropOptions = { leak: 0 };

/**
 * Gradient sign dropout, GradDrop (Chen, Ngiam, Huang et al., NeurIPS 2020): for every number of the gradient one sign is
 * drawn, positive with probability P = ½ (1 + Σ g_t / Σ |g_t|), and the tasks of the other sign are left out; then the
 * sum [paper]. Where all tasks agree nothing is dropped, and the expected result has the sign of the sum.
 *
 * Applied to the gradients of shared parameters; the paper applies it to those of a shared activation [choice].
 */
export function gradDrop(options: GradDropOptions = gradDropDefaults): GradientCombination {
  return {
    name: 'graddrop',
    reads: 'gradients',
    combine: (parts, { seed, step }, state) => ({
      gradients: parts.map(({ name, stacked }) => {
        const uniform = uniformDraws(stacked.shape.slice(1), seedAt(seed, 'graddrop', name), step);
        return dropSigns(stacked, uniform, options.leak);
      }),
      state,
      figures: {},
    }),
  };
}

/**
 * Sum over tasks of what the drawn signs leave: `[tasks, …]` → `[…]`.
 *
 * @param uniform in [0, 1), `[…]`
 */
export function dropSigns(stacked: Tensor, uniform: Tensor, leak: number): Tensor {
  const sum = tf.sum(stacked, 0);
  const size = tf.sum(tf.abs(stacked), 0);
  // P > u without the division, so that 0/0 does not come up: sum + size > 2 u size.
  const wanted = tf.sub(
    tf.mul(tf.cast(tf.greater(tf.add(sum, size), tf.mul(size, tf.mul(uniform, 2))), 'float32'), 2),
    1,
  );
  const kept = tf.cast(tf.greater(tf.mul(stacked, wanted), 0), 'float32');
  return tf.sum(tf.mul(stacked, tf.add(tf.mul(kept, 1 - leak), leak)), 0);
}

function uniformDraws(shape: readonly number[], first: number, second: number): Tensor {
  return execute(
    'StatelessRandomUniform',
    [type('T', 'int32'), type('Tseed', 'int32'), type('dtype', 'float32')],
    [tf.tensor1d([...shape], 'int32'), tf.tensor1d([first, second], 'int32')],
  );
}

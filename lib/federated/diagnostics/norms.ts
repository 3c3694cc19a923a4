import { execute, type } from '../../backend/execute';
import { type Tensor, tf } from '../../backend/tensorflow';
import type { Parameter, Values } from '../../models/parameter';
import type { GroupNorms } from './types';

/**
 * Lengths of the values of every parameter group and of their movement, each group taken as one vector.
 *
 * Running statistics are left out: no gradient moves them. Two passes over the parameters, one download.
 *
 * @param after the values to measure, by parameter
 * @param before what they moved from
 */
export function groupNorms(
  parameters: readonly Parameter[],
  before: Values,
  after: Values,
): Readonly<Record<string, GroupNorms>> {
  const measured = parameters.filter(({ trainable }) => trainable !== false);
  if (measured.length === 0) return {};
  const squares = tf.tidy(() => {
    const halves = measured.flatMap(({ name }) => [
      halfSquare(after[name]),
      halfSquare(tf.sub(after[name], before[name])),
    ]);
    return tf.stack(halves).dataSync();
  });
  const sums = new Map<string, [value: number, movement: number]>();
  measured.forEach(({ group }, i) => {
    const [value, movement] = sums.get(group) ?? [0, 0];
    sums.set(group, [value + 2 * squares[2 * i], movement + 2 * squares[2 * i + 1]]);
  });
  const lengths = [...sums].map(([group, [value, movement]]): [string, GroupNorms] => [
    group,
    { value: Math.sqrt(value), movement: Math.sqrt(movement) },
  ]);
  return Object.fromEntries(lengths);
}

/** ½ Σ x² in one operation. */
const halfSquare = (x: Tensor): Tensor => execute('L2Loss', [type('T', 'float32')], [x]);

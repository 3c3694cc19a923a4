import { type Tensor, tf } from '../../backend/tensorflow';
import type { Parameter } from '../../models/parameter';

/**
 * Clients' tensors of one parameter, cut along one of its axes: `[clients, slices, elements]`, so that a rule can treat
 * what belongs to a task as one vector.
 *
 * @param axis the axis that numbers the slices
 */
export function bySlice({ shape }: Parameter, tensors: readonly Tensor[], axis: number): Tensor {
  const order = axisFirst(shape, axis);
  return tf.transpose(tf.stack([...tensors]), order).reshape([tensors.length, shape[axis], -1]);
}

/** The inverse of {@link bySlice}. */
export function fromSlices({ shape }: Parameter, slices: Tensor, axis: number): Tensor[] {
  const order = axisFirst(shape, axis);
  const whole = slices.reshape(order.map((from, to) => (to === 0 ? slices.shape[0] : shape[from - 1])));
  const back = order.map((_, to) => order.indexOf(to));
  return tf.unstack(tf.transpose(whole, back));
}

/** Axes of a stack of tensors, the given one moved behind the first, which numbers the clients. */
function axisFirst(shape: readonly number[], axis: number): number[] {
  const others = shape.map((_, i) => i).filter((i) => i !== axis);
  return [0, axis + 1, ...others.map((i) => i + 1)];
}

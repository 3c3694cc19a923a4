import { type Tensor, type Tensor2D, tf } from '../../backend/tensorflow';
import type { Parameter, Values } from '../../models/parameter';

/**
 * The parts of some parameters that belong to one expert (or one task), laid side by side: `[slices, elements]`.
 *
 * Row e holds everything of slice e in the order of `parameters`, so that a rule can treat an expert as one vector.
 *
 * @param axisOf the axis that numbers the slices
 */
export function bySlice(parameters: readonly Parameter[], values: Values, axisOf: (p: Parameter) => number): Tensor2D {
  const parts = parameters.map((parameter) => {
    const slices = parameter.shape[axisOf(parameter)];
    return tf.transpose(values[parameter.name], axisFirst(parameter, axisOf)).reshape([slices, -1]) as Tensor2D;
  });
  return parts.length === 1 ? parts[0] : tf.concat(parts, 1);
}

/** The inverse of {@link bySlice}. */
export function fromSlices(
  parameters: readonly Parameter[],
  flat: Tensor2D,
  axisOf: (parameter: Parameter) => number,
): Record<string, Tensor> {
  const values: Record<string, Tensor> = {};
  let at = 0;
  for (const parameter of parameters) {
    const order = axisFirst(parameter, axisOf);
    const shape = order.map((axis) => parameter.shape[axis]);
    const width = shape.slice(1).reduce((product, length) => product * length, 1);
    const part = tf.slice(flat, [0, at], [shape[0], width]).reshape(shape);
    values[parameter.name] = tf.transpose(
      part,
      order.map((_, axis) => order.indexOf(axis)),
    );
    at += width;
  }
  return values;
}

function axisFirst(parameter: Parameter, axisOf: (parameter: Parameter) => number): number[] {
  const axis = axisOf(parameter);
  return [axis, ...parameter.shape.map((_, i) => i).filter((i) => i !== axis)];
}

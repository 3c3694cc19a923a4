import { execute, type } from '../backend/execute';
import { seedAt } from '../backend/random';
import { type Tensor, tf } from '../backend/tensorflow';

/** How a parameter starts: evenly between −limit and limit, or at one value. */
export type Initial = { readonly limit: number } | { readonly value: number };

/** A parameter tensor and its role. */
export interface Parameter {
  readonly name: string;
  /** The role that a sharing plan decides on: `embedding`, `gate`, `norm`, `expert`, `tower`, … */
  readonly group: string;
  readonly shape: readonly number[];
  readonly initial: Initial;
  /** False for running statistics, which no gradient moves. Default true. */
  readonly trainable?: boolean;
  /** True for an embedding table: a batch reads and updates only the rows it touches. Default false. */
  readonly byRows?: boolean;
  /** The axis that numbers the experts, where there is one. */
  readonly expertAxis?: number;
  /** The axis that numbers the tasks, where there is one. */
  readonly taskAxis?: number;
}

/** Tensors by parameter name. */
export type Values = Readonly<Record<string, Tensor>>;

/**
 * Initial values of all parameters. One seed gives every client the same values, so that hidden units and expert
 * indices of different clients correspond. The caller disposes of them.
 */
export function initialValues(parameters: readonly Parameter[], seed: number): Values {
  const values: Record<string, Tensor> = {};
  for (const parameter of parameters) values[parameter.name] = initialValue(parameter, seed);
  return values;
}

function initialValue({ name, shape, initial }: Parameter, seed: number): Tensor {
  if ('value' in initial) return tf.fill([...shape], initial.value);
  return tf.tidy(() => {
    const key = [seedAt(seed, 'initial', name), seedAt(seed, 'initial', name, 'second')];
    const uniform = execute(
      'StatelessRandomUniform',
      [type('T', 'int32'), type('Tseed', 'int32'), type('dtype', 'float32')],
      [tf.tensor1d([...shape], 'int32'), tf.tensor1d(key, 'int32')],
    );
    return tf.mul(tf.sub(tf.mul(uniform, 2), 1), initial.limit);
  });
}

/** Limit of the uniform start of a linear layer with so many inputs: 1/√inputs, PyTorch's default. */
export const linearStart = (inputs: number): Initial => ({ limit: 1 / Math.sqrt(inputs) });

/** Xavier's uniform start of a `[rows, columns]` matrix. */
export const xavierStart = (rows: number, columns: number): Initial => ({ limit: Math.sqrt(6 / (rows + columns)) });

/** Number of elements of a parameter. */
export const elements = (parameter: Parameter): number =>
  parameter.shape.reduce((product, length) => product * length, 1);

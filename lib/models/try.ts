import { type Tensor, type Tensor2D, tf } from '../backend/tensorflow';
import { normReluLayer } from './layers';
import { ownTasks, type Template, templateLinear, templateParameters } from './template';

type Matrix = readonly (readonly number[])[];

/** Parts of one expert layer, by the name that they have in the model; one that is left out has its start value. */
export interface TriedParts {
  /** G, or the one plain weight: `[inputs][units]`. */
  readonly weight: Matrix;
  /** S: `[inputs][units]`; for `low-rank` U as `scenario.left` `[inputs][rank]`, Vᵀ as `scenario.right` `[rank][units]`. */
  readonly scenario?: Matrix;
  readonly 'scenario.left'?: Matrix;
  readonly 'scenario.right'?: Matrix;
  /** T, a matrix per task; for `low-rank` A as `task.left` and Bᵀ as `task.right`. */
  readonly task?: readonly Matrix[];
  readonly 'task.left'?: readonly Matrix[];
  readonly 'task.right'?: readonly Matrix[];
}

/**
 * The weight `[inputs][units]` that each task has of one expert, from parts that a reader can check by hand. A part that
 * stands behind batch normalisation (`unit-scale`) is not in it.
 *
 * @param tasks number of tasks; a template without T has one weight for all of them
 *
 * @example
 * tryTemplate({ scenario: 'full', task: 'none', rank: 1 }, { weight: [[1, 2]], scenario: [[1, 3]] }, 2) // [[[1, 6]]]
 */
export function tryTemplate(template: Template, parts: TriedParts, tasks: number): number[][][] {
  const [inputs, units] = [parts.weight.length, parts.weight[0].length];
  // Not the first layer, whose tensors have their inputs in front.
  const at = { layer: 1, inputs, experts: 1, units, tasks };
  return tf.tidy(() => {
    const values = templateParameters(template, at).map(({ name, shape, initial }): [string, Tensor] => {
      const given = parts[name.replace('expert.1.', '') as keyof TriedParts];
      if (given) return [name, tf.tensor(given.flat(2) as number[], [...shape])];
      return [name, tf.fill([...shape], 'value' in initial ? initial.value : initial.limit)];
    });
    // Rows of the identity matrix come out as rows of the weight.
    const own = ownTasks(template, tasks);
    const identity = tf.tile(tf.eye(inputs).reshape([1, inputs, inputs]), [own, 1, 1]);
    const weights = templateLinear(Object.fromEntries(values), template, at, identity, () => identity);
    return weights.reshape([own, inputs, units]).arraySync() as number[][][];
  });
}

export interface TryNormOptions {
  /** Learnt scale of each column; default 1. */
  readonly scale?: readonly number[];
  /** Learnt shift of each column; default 0. */
  readonly shift?: readonly number[];
  /** Statistics to predict with. Without them the rows are a training batch and are normalised by their own. */
  readonly running?: { readonly mean: readonly number[]; readonly variance: readonly number[] };
}

export interface TriedNorm {
  /** Behind batch normalisation and ReLU, row by row. */
  readonly values: Matrix;
  /** Of a training batch: what the running mean of each column moves towards. */
  readonly mean: readonly number[];
  /** The same for the variance; it is divided by rows − 1, while the batch itself is normalised with rows. */
  readonly variance: readonly number[];
}

/**
 * Batch normalisation and ReLU of a small matrix, one column per hidden unit, without dropout: the layer of the model
 * itself, on numbers that a reader can check by hand.
 *
 * @example tryNorm([[8], [12]]).values // about [[0], [1]]: the mean is 10, the deviation 2, and ReLU cuts −1 to 0
 */
export function tryNorm(rows: Matrix, { scale, shift, running }: TryNormOptions = {}): TriedNorm {
  return tf.tidy(() => {
    const x = tf.tensor2d(rows.map((row) => [...row])) as Tensor2D;
    const column = (numbers: readonly number[] | undefined, value: number): Tensor =>
      numbers ? tf.tensor1d([...numbers]) : tf.fill([x.shape[1]], value);
    const values = {
      'tried.scale': column(scale, 1),
      'tried.shift': column(shift, 0),
      'tried.mean': column(running?.mean, 0),
      'tried.variance': column(running?.variance, 1),
    };
    const numbers = (tensor: Tensor) => Array.from(tensor.dataSync());
    const statistics = { mean: [...(running?.mean ?? [])], variance: [...(running?.variance ?? [])] };
    const normed = normReluLayer(values, 'tried', x, 0, {
      training: running === undefined,
      dropoutSeed: () => [0, 0],
      statistics: (_layer, mean, variance) => {
        Object.assign(statistics, { mean: numbers(mean), variance: numbers(variance) });
        tf.dispose([mean, variance]);
      },
    });
    return { values: normed.arraySync() as number[][], ...statistics };
  });
}

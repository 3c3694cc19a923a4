import { logisticLoss } from '../../lib/backend/operations/logistic-loss';
import { permutation } from '../../lib/backend/random';
import { type Tensor, type Tensor2D, tf } from '../../lib/backend/tensorflow';
import type { Batch } from '../../lib/data/batch';
import type { Split } from '../../lib/data/types';
import type { Model, Pass } from '../../lib/models/model';
import { elements, type Parameter, type Values } from '../../lib/models/parameter';

export const tasks = ['click', 'conversion'];

export const learning: Pass = {
  training: true,
  dropoutSeed: () => [1, 2],
  statistics: (_, mean, variance) => tf.dispose([mean, variance]),
};

/** Evenly spread numbers between −1 and 1 in a shuffled order. */
export const spread = (count: number, seed: number): number[] =>
  Array.from(permutation(count, seed), (place) => (2 * place + 1) / count - 1);

/** Rows whose ids stay below `ids` in each of `fields` fields. */
export function rowsOf(rows: number, fields: number, ids: number, numbers: number): Split {
  const columns = <T>(count: number, column: (i: number) => T) => Array.from({ length: count }, (_, i) => column(i));
  return {
    rows,
    ids: columns(fields, (i) => Uint8Array.from(permutation(rows, i + 1), (place) => place % ids)),
    numbers: columns(numbers, (i) => Float32Array.from(spread(rows, i + 11))),
    labels: columns(tasks.length, (i) => Uint8Array.from(permutation(rows, i + 21), (place) => Number(place % 3 < 1))),
  };
}

/** Values away from the symmetric start: scales around 1, variances positive, everything else around 0. */
export function valuesFor(parameters: readonly Parameter[]): Values {
  const value = ({ name, shape, initial }: Parameter, i: number): Tensor => {
    const centre = 'value' in initial ? initial.value : 0;
    const limit = 'limit' in initial ? Math.max(initial.limit, 0.5) : 0.4;
    const numbers = spread(elements({ name, shape, group: '', initial }), i + 31);
    return tf.tensor(
      Float32Array.from(numbers, (number) => centre + limit * number),
      [...shape],
    );
  };
  return Object.fromEntries(parameters.map((parameter, i) => [parameter.name, value(parameter, i)]));
}

/** The values a model is given in training: of the table, the rows that the batch touches. */
export function givenValues(values: Values, { touched }: Batch): Values {
  return { ...values, embedding: tf.gather(values.embedding, touched!.tensor as Tensor2D) };
}

export const lossOf = (model: Model, values: Values, batch: Batch): Tensor =>
  logisticLoss(model.forward(values, batch, learning), batch.labels).asScalar();

/** Gradients of the loss, by trainable parameter. */
export function gradientsOf(model: Model, values: Values, batch: Batch): Record<string, Float32Array> {
  const names = model.parameters.filter(({ trainable }) => trainable !== false).map(({ name }) => name);
  return tf.tidy(() => {
    const loss = (...given: Tensor[]) =>
      lossOf(model, { ...values, ...Object.fromEntries(names.map((name, i) => [name, given[i]])) }, batch);
    const gradients = tf.grads(loss)(names.map((name) => values[name]));
    return Object.fromEntries(names.map((name, i) => [name, gradients[i].dataSync() as Float32Array]));
  });
}

export const largest = (numbers: ArrayLike<number>): number =>
  Array.from(numbers).reduce((most, number) => Math.max(most, Math.abs(number)), 0);

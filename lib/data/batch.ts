import type { Lookup } from '../backend/operations/lookup';
import { type Tensor, type Tensor2D, tf } from '../backend/tensorflow';
import type { Split } from './types';

/** Some rows of a split on the device. */
export interface Batch {
  readonly lookup: Lookup;
  /** Row of the whole embedding table behind each row of `lookup`, `[touched]`; absent when the whole table is read. */
  readonly touched?: { readonly rows: Int32Array; readonly tensor: Tensor };
  /** `[batch, numerical fields]` */
  readonly numbers: Tensor2D;
  /** `[batch, tasks]` */
  readonly labels: Tensor2D;
  /**
   * What each label counts in the loss, `[batch, tasks]`; absent where all count the same. A row counts 1/batch, evenly
   * split over the tasks that its scenario has: the loss is then the clients' losses (each the mean over its own
   * tasks) weighted by rows [choice].
   */
  readonly weights?: Tensor2D;
}

export function disposeBatch({ lookup, touched, numbers, labels, weights }: Batch): void {
  tf.dispose([lookup.positions, numbers, labels]);
  touched?.tensor.dispose();
  weights?.dispose();
}

/** Makes batches of data whose embedding table holds the fields one after another. */
export interface Batcher {
  /** The given rows, with ids turned into positions among the embedding rows that they touch. */
  train(split: Split, rows: Int32Array): Batch;
  /** The rows `from … to − 1`, with ids turned into positions in the whole table. */
  predict(split: Split, from: number, to: number): Batch;
}

export function batcher(fieldSizes: readonly number[]): Batcher {
  const starts = [0];
  for (const size of fieldSizes) starts.push(starts[starts.length - 1] + size);
  const total = starts[starts.length - 1];
  const fields = fieldSizes.length;
  // slot[row] is valid in the batch whose number stands in seen[row]: no clearing between batches.
  const seen = new Int32Array(total);
  const slot = new Int32Array(total);
  let number = 0;

  return {
    train(split, rows) {
      number++;
      const batch = rows.length;
      const positions = new Int32Array(batch * fields);
      const touched: number[] = [];
      const fieldStarts = [0];
      for (let field = 0; field < fields; field++) {
        const ids = split.ids[field];
        const start = starts[field];
        for (let i = 0, place = field; i < batch; i++, place += fields) {
          const row = start + ids[rows[i]];
          if (seen[row] !== number) {
            seen[row] = number;
            slot[row] = touched.length;
            touched.push(row);
          }
          positions[place] = slot[row];
        }
        fieldStarts.push(touched.length);
      }
      const touchedRows = Int32Array.from(touched);
      return {
        lookup: {
          batch,
          fields,
          rows: touched.length,
          positions: tf.tensor1d(positions, 'int32'),
          fieldStarts,
        },
        touched: { rows: touchedRows, tensor: tf.tensor1d(touchedRows, 'int32') },
        ...numbersAndLabels(split, rows),
        ...(split.known && { weights: labelWeights(split.known, rows) }),
      };
    },

    predict(split, from, to) {
      const batch = to - from;
      const positions = new Int32Array(batch * fields);
      for (let field = 0; field < fields; field++) {
        const ids = split.ids[field];
        for (let i = 0; i < batch; i++) positions[i * fields + field] = starts[field] + ids[from + i];
      }
      return {
        lookup: {
          batch,
          fields,
          rows: total,
          positions: tf.tensor1d(positions, 'int32'),
          fieldStarts: starts,
        },
        ...numbersAndLabels(
          split,
          Int32Array.from({ length: batch }, (_, i) => from + i),
        ),
      };
    },
  };
}

function labelWeights(known: readonly Uint8Array[], rows: Int32Array): Tensor2D {
  const weights = new Float32Array(rows.length * known.length);
  rows.forEach((row, i) => {
    const tasks = known.reduce((sum, column) => sum + column[row], 0);
    known.forEach((column, k) => {
      weights[i * known.length + k] = column[row] / tasks / rows.length;
    });
  });
  return tf.tensor2d(weights, [rows.length, known.length]);
}

function numbersAndLabels(split: Split, rows: Int32Array) {
  const matrix = (columns: readonly (Float32Array | Uint8Array)[]) => {
    const values = new Float32Array(rows.length * columns.length);
    columns.forEach((column, j) => {
      for (let i = 0, place = j; i < rows.length; i++, place += columns.length) values[place] = column[rows[i]];
    });
    return tf.tensor2d(values, [rows.length, columns.length]);
  };
  return { numbers: matrix(split.numbers), labels: matrix(split.labels) };
}

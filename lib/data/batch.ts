import type { Lookup } from '../backend/operations/lookup';
import { type Tensor, type Tensor2D, tf } from '../backend/tensorflow';
import { gatherRows } from './row-records';
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
  const slots = slotFinder(starts);

  return {
    train(split, rows) {
      const batch = rows.length;
      const { ids, numbers, labels, known } = gatherRows(split, rows);
      const { touched, fieldStarts } = slots(ids, batch);
      return {
        lookup: { batch, fields, rows: touched.length, positions: tf.tensor1d(ids, 'int32'), fieldStarts },
        touched: { rows: touched, tensor: tf.tensor1d(touched, 'int32') },
        numbers: tf.tensor2d(numbers, [batch, split.numbers.length]),
        labels: tf.tensor2d(labels, [batch, split.labels.length]),
        ...(known && { weights: tf.tensor2d(labelWeights(known, batch), [batch, split.labels.length]) }),
      };
    },

    predict(split, from, to) {
      const batch = to - from;
      const positions = new Int32Array(batch * fields);
      split.ids.forEach((column, field) => {
        spread(column, from, to, positions, field, fields, starts[field]);
      });
      return {
        lookup: { batch, fields, rows: total, positions: tf.tensor1d(positions, 'int32'), fieldStarts: starts },
        numbers: matrix(split.numbers, from, to),
        labels: matrix(split.labels, from, to),
      };
    },
  };
}

/**
 * A function that numbers the table rows of a batch in the order in which each field meets them, field after field, and
 * puts these numbers in place of the ids. It returns the rows behind the numbers.
 *
 * Its work grows with the batch and not with the table: nothing is cleared between batches.
 */
function slotFinder(starts: readonly number[]) {
  const fields = starts.length - 1;
  // A row has been met in this batch where its mark is not below `base`; then mark − base is its number in its field.
  const marks = new Int32Array(starts[fields]);
  let base = 1;

  return (ids: Int32Array, batch: number): { touched: Int32Array; fieldStarts: number[] } => {
    if (base > MOST_MARK - batch) {
      marks.fill(0); // once in two thousand million rows
      base = 1;
    }
    const counts = new Int32Array(fields);
    const met = new Int32Array(batch * fields); // field by field
    for (let start = 0; start < ids.length; start += fields) {
      for (let field = 0; field < fields; field++) {
        const row = starts[field] + ids[start + field];
        let number = marks[row] - base;
        if (number < 0) {
          number = counts[field]++;
          marks[row] = base + number;
          met[field * batch + number] = row;
        }
        ids[start + field] = number;
      }
    }
    base += batch;

    const fieldStarts = [0];
    for (const count of counts) fieldStarts.push(fieldStarts[fieldStarts.length - 1] + count);
    const touched = new Int32Array(fieldStarts[fields]);
    for (let field = 0; field < fields; field++) {
      touched.set(met.subarray(field * batch, field * batch + counts[field]), fieldStarts[field]);
    }
    for (let start = 0; start < ids.length; start += fields) {
      for (let field = 0; field < fields; field++) ids[start + field] += fieldStarts[field];
    }
    return { touched, fieldStarts };
  };
}

/** Largest number that a mark can hold. */
const MOST_MARK = 2 ** 31 - 1;

/** @param known `[batch, tasks]`, in each row at least one */
function labelWeights(known: Uint8Array, batch: number): Float32Array {
  const weights = new Float32Array(known.length);
  const tasks = known.length / batch;
  for (let row = 0; row < known.length; row += tasks) {
    let own = 0;
    for (let task = 0; task < tasks; task++) own += known[row + task];
    for (let task = 0; task < tasks; task++) weights[row + task] = known[row + task] / own / batch;
  }
  return weights;
}

/** The rows `from … to − 1` of some columns. */
function matrix(columns: readonly (Float32Array | Uint8Array)[], from: number, to: number): Tensor2D {
  const values = new Float32Array((to - from) * columns.length);
  columns.forEach((column, j) => {
    spread(column, from, to, values, j, columns.length, 0);
  });
  return tf.tensor2d(values, [to - from, columns.length]);
}

/** Writes a part of a column, plus a number, to every `stride`-th place. */
function spread(
  column: ArrayLike<number>,
  from: number,
  to: number,
  into: Float32Array | Int32Array,
  first: number,
  stride: number,
  plus: number,
): void {
  for (let i = from, place = first; i < to; i++, place += stride) into[place] = column[i] + plus;
}

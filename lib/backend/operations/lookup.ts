import { execute, type } from '../execute';
import { type Tensor, type Tensor2D, tf } from '../tensorflow';
import { withGradient } from './gradient';
import type { PlacesByRow } from './lookup-places';

/**
 * Where the ids of a batch stand among the embedding rows that the batch touches.
 *
 * Every row is named once in `positions` per batch row and field; `byRow` lists these places grouped by row, so
 * that a gradient is summed row by row without a hash table.
 */
export interface Lookup {
  readonly batch: number;
  readonly fields: number;
  /** Number of touched rows. */
  readonly rows: number;
  /** Row of each place, `[batch × fields]`, fields running fastest. */
  readonly positions: Tensor;
  /** First row of each field and the end of the last, `fields + 1` numbers: rows are grouped by field. */
  readonly fieldStarts: readonly number[];
  /** The places grouped by row: computed when asked for first, then kept until `dispose`. */
  byRow(): PlacesByRow;
  dispose(): void;
}

const segmentSum = (data: Tensor, indices: Tensor, segments: Tensor, count: number): Tensor => {
  const number = tf.scalar(count, 'int32');
  const sum = execute(
    'SparseSegmentSumWithNumSegments',
    [type('T', 'float32'), type('Tidx', 'int32'), type('Tnumsegments', 'int32'), type('Tsegmentids', 'int32')],
    [data, indices, segments, number],
  );
  number.dispose();
  return sum;
};

/**
 * Field vectors of a batch: rows `[rows, width]` → `[batch, fields × width]`.
 *
 * The gradient is `[rows, width]`, the touched rows only, whatever the size of the whole table.
 */
export function lookup(rows: Tensor2D, at: Lookup): Tensor2D {
  const width = rows.shape[1];
  return withGradient(
    [rows],
    (x) => ({ value: tf.gather(x as Tensor2D, at.positions as Tensor2D).reshape([at.batch, -1]), kept: [] }),
    (dy) => {
      const { order, sorted } = at.byRow();
      return [segmentSum(dy.reshape([-1, width]), order, sorted, at.rows)];
    },
  ) as Tensor2D;
}

/** What {@link lookup} computes, in plain TensorFlow.js. */
export function lookupPortable(rows: Tensor2D, at: Lookup): Tensor2D {
  return tf.gather(rows, at.positions as Tensor2D).reshape([at.batch, at.fields * rows.shape[1]]);
}

/**
 * `concat(lookup(rows), dense) · weight` without forming the looked-up matrix:
 * `[rows, width]`, `[batch, denseWidth]`, `[fields × width + denseWidth, units]` → `[batch, units]`.
 *
 * Each touched row is multiplied by its field's part of the weight once, and the products are summed per batch
 * row. That saves a factor of (batch × fields / touched rows) multiplications and pays where `width` is large.
 */
export function foldedLinear(rows: Tensor2D, dense: Tensor2D, weight: Tensor2D, at: Lookup): Tensor2D {
  const width = rows.shape[1];
  const rowsOf = (field: number) => at.fieldStarts[field + 1] - at.fieldStarts[field];
  const part = (x: Tensor, field: number) =>
    tf.slice(x, [at.fieldStarts[field], 0], [rowsOf(field), x.shape[1] as number]) as Tensor2D;
  const weightOf = (w: Tensor, field: number) => tf.slice(w, [field * width, 0], [width, weight.shape[1]]) as Tensor2D;
  const denseWeight = (w: Tensor) => tf.slice(w, [at.fields * width, 0], [dense.shape[1], weight.shape[1]]) as Tensor2D;
  const everyField = <T>(work: (field: number) => T) => Array.from({ length: at.fields }, (_, field) => work(field));

  return withGradient(
    [rows, dense, weight],
    (x, d, w) => {
      const products = everyField((field) => tf.matMul(part(x, field), weightOf(w, field)));
      const batchRows = tf.tensor1d(placesPerRow(at.batch, at.fields), 'int32');
      const looked = segmentSum(tf.concat(products), at.positions, batchRows, at.batch);
      return { value: tf.add(looked, tf.matMul(d as Tensor2D, denseWeight(w))), kept: [x, d, w] };
    },
    (dy, [x, d, w]) => {
      const { order, sorted } = at.byRow();
      const places = tf.floorDiv(order, tf.scalar(at.fields, 'int32'));
      const perRow = segmentSum(dy, places, sorted, at.rows);
      const parts = everyField((field) => part(perRow, field));
      const weights = everyField((field) => tf.matMul(part(x, field), parts[field], true, false));
      return [
        tf.concat(everyField((field) => tf.matMul(parts[field], weightOf(w, field), false, true))),
        tf.matMul(dy as Tensor2D, denseWeight(w), false, true),
        tf.concat([...weights, tf.matMul(d as Tensor2D, dy as Tensor2D, true, false)]),
      ];
    },
  ) as Tensor2D;
}

/** What {@link foldedLinear} computes, in plain TensorFlow.js. */
export function foldedLinearPortable(rows: Tensor2D, dense: Tensor2D, weight: Tensor2D, at: Lookup): Tensor2D {
  return tf.matMul(tf.concat([lookupPortable(rows, at), dense], 1), weight);
}

function placesPerRow(batch: number, fields: number): Int32Array {
  const rows = new Int32Array(batch * fields);
  for (let row = 0, place = 0; row < batch; row++) for (let field = 0; field < fields; field++) rows[place++] = row;
  return rows;
}

/**
 * Whether {@link foldedLinear} beats looking up and multiplying.
 *
 * Folding multiplies per touched row instead of per place, and adds one number from memory per place and unit. Such
 * an addition costs about as much as 24 multiplications, and a multiplication in many small products 1.3 times one
 * in a large product (two x86-64 cores, `npm run bench -- folding`).
 */
export function foldingPays({ batch, fields, rows }: Lookup, width: number): boolean {
  return batch * fields * (width - 24) > 1.3 * rows * width;
}

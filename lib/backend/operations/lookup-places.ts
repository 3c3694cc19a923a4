import { type Tensor, tf } from '../tensorflow';
import type { Lookup } from './lookup';

/** The places of a batch grouped by the embedding row that they name, rows ascending. */
export interface PlacesByRow {
  /** Places sorted by row, in their order within a row, `[batch × fields]`. */
  readonly order: Tensor;
  /** Row of each sorted place, `[batch × fields]`. */
  readonly sorted: Tensor;
}

/** What a {@link Lookup} is made from. */
export interface Places {
  readonly batch: number;
  readonly fields: number;
  readonly rows: number;
  /** Row of each place; not to be changed afterwards, since the device may share its memory. */
  readonly positions: Int32Array;
  readonly fieldStarts: readonly number[];
}

/** Puts places on the device; they are sorted when that is asked for first. */
export function lookupAt({ batch, fields, rows, positions, fieldStarts }: Places): Lookup {
  const tensor = tf.tensor1d(positions, 'int32');
  let grouped: PlacesByRow | undefined;
  return {
    batch,
    fields,
    rows,
    positions: tensor,
    fieldStarts,
    byRow() {
      grouped ??= groupByRow(positions, rows);
      return grouped;
    },
    dispose() {
      tensor.dispose();
      grouped?.order.dispose();
      grouped?.sorted.dispose();
      grouped = undefined;
    },
  };
}

/** A counting sort, stable. The tensors outlive the `tf.tidy` in which a gradient may ask for them. */
function groupByRow(positions: Int32Array, rows: number): PlacesByRow {
  const next = new Int32Array(rows + 1);
  for (let place = 0; place < positions.length; place++) next[positions[place] + 1]++;
  for (let row = 1; row <= rows; row++) next[row] += next[row - 1];
  const order = new Int32Array(positions.length);
  const sorted = new Int32Array(positions.length);
  for (let place = 0; place < positions.length; place++) {
    const at = next[positions[place]]++;
    order[at] = place;
    sorted[at] = positions[place];
  }
  return { order: tf.keep(tf.tensor1d(order, 'int32')), sorted: tf.keep(tf.tensor1d(sorted, 'int32')) };
}

import { permutation } from '../../lib/backend/random';
import type { IdColumn, Split } from '../../lib/data/types';
import type { DataShape } from '../../lib/models/model';

/** How often ids occur: all alike, or falling with their rank (Zipf's law with exponent 1). */
export type IdLaw = 'even' | 'zipf';

const TASKS = ['click', 'conversion'];

/** The data of the public AliExpress benchmark in shape: 63 numbers and two tasks beside the given fields. */
export const shapeOf = (fieldSizes: readonly number[]): DataShape => ({ fieldSizes, numbers: 63, tasks: TASKS });

/** 16 fields of 50 ids, as the published benchmark has them on average. */
export const publishedFields: readonly number[] = Array(16).fill(50);

/** 16 fields from 10 to 500,000 ids, growing by the same factor from one to the next: 973,000 ids in all. */
export const largeFields: readonly number[] = Array.from({ length: 16 }, (_, field) =>
  Math.round(10 * 50_000 ** (field / 15)),
);

/** Rows of made-up data. Times do not depend on what is learnt from them. */
export function splitOf({ fieldSizes, numbers, tasks }: DataShape, rows: number, law: IdLaw): Split {
  return {
    rows,
    ids: fieldSizes.map((size, field) => ids(size, permutation(rows, field), law)),
    numbers: Array.from({ length: numbers }, (_, i) =>
      Float32Array.from(permutation(rows, 1000 + i), (v) => v / rows - 0.5),
    ),
    labels: tasks.map((_, task) => Uint8Array.from(permutation(rows, 2000 + task), (v) => Number(v % 20 === 0))),
  };
}

function ids(size: number, order: Int32Array, law: IdLaw): IdColumn {
  const rows = order.length;
  // The inverse of the distribution function of 1/x, at evenly spread points.
  const drawn = (v: number) =>
    law === 'even' ? v % size : Math.min(size, Math.floor((size + 1) ** ((v + 0.5) / rows))) - 1;
  const all = Int32Array.from(order, drawn);
  if (size <= 256) return Uint8Array.from(all);
  return size <= 65_536 ? Uint16Array.from(all) : all;
}

/** Columns of one kind side by side, `[rows, columns]`, as the peer takes them. */
export function rowsOf(columns: readonly (IdColumn | Float32Array)[], rows: number): Float32Array {
  const all = new Float32Array(rows * columns.length);
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i++) all[i * columns.length + j] = column[i];
  });
  return all;
}

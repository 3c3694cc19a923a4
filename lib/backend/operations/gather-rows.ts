import { execute, integer } from '../execute';
import { kernelsInUse } from '../kernels';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '../tensorflow';
import { withGradient } from './gradient';

/** Some rows of a table, any of them any number of times: `[rows, width]` at `[any]` (int32) → `[any, width]`. */
export function gatherRows(table: Tensor2D, at: Tensor1D): Tensor2D {
  if (!kernelsInUse()) return gatherRowsPortable(table, at);
  return withGradient(
    [table],
    (table) => ({ value: execute('PfGatherRows', [], [table, at]), kept: [at] }),
    (dy, [at]) => [scatterRows(dy, at, table.shape[0])],
  ) as Tensor2D;
}

/** What {@link gatherRows} computes, in plain TensorFlow.js. */
export const gatherRowsPortable = (table: Tensor2D, at: Tensor1D): Tensor2D => tf.gather(table, at);

/** A table with a sum of rows at each of its rows, 0 where there is none: `[any, width]` at `[any]` → `[rows, width]`. */
export function scatterRows(values: Tensor, at: Tensor, rows: number): Tensor {
  if (!kernelsInUse()) return tf.unsortedSegmentSum(values, at as Tensor1D, rows);
  return execute('PfScatterRows', [integer('count', rows)], [values, at]);
}

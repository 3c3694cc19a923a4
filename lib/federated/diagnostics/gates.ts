import { tf } from '../../backend/tensorflow';
import { type Batcher, disposeBatch } from '../../data/batch';
import type { Split } from '../../data/types';
import type { Model } from '../../models/model';
import type { Values } from '../../models/parameter';
import type { TaskGates } from './types';

/** Rows that gate weights are averaged over: the standard error of a mean of shares is below .016. */
export const GATE_ROWS = 1024;

/**
 * Mean gate weights of a model on rows spread evenly over a split, always the same ones, by task. Nothing where the
 * model does not offer its gates or the split is empty.
 *
 * @param values all parameters, tables whole
 * @param tasks names of the model's tasks, in its order
 */
export function gateWeights(
  model: Model,
  values: Values,
  split: Split,
  tasks: readonly string[],
  batches: Batcher,
): Readonly<Record<string, TaskGates>> | undefined {
  if (!model.gates || split.rows === 0) return undefined;
  const sample = evenSample(split, GATE_ROWS);
  const batch = batches.predict(sample, 0, sample.rows);
  const { weights, experts } = tf.tidy(() => {
    const gates = model.gates!(values, batch);
    return { weights: gates.dataSync() as Float32Array, experts: gates.shape[2]! };
  });
  disposeBatch(batch);
  return Object.fromEntries(tasks.map((task, t) => [task, summary(weights, sample.rows, t, tasks.length, experts)]));
}

/** Means over the rows of weights `[rows, tasks, experts]`, for one task. */
function summary(weights: Float32Array, rows: number, task: number, tasks: number, experts: number): TaskGates {
  const sums = Array<number>(experts).fill(0);
  let rowEntropy = 0;
  for (let row = 0; row < rows; row++) {
    const from = (row * tasks + task) * experts;
    for (let expert = 0; expert < experts; expert++) {
      const weight = weights[from + expert];
      sums[expert] += weight;
      rowEntropy += surprise(weight);
    }
  }
  const means = sums.map((sum) => sum / rows);
  return {
    weights: means,
    entropy: means.reduce((sum, mean) => sum + surprise(mean), 0),
    rowEntropy: rowEntropy / rows,
  };
}

/** −p ln p, 0 at 0. */
const surprise = (p: number): number => (p > 0 ? -p * Math.log(p) : 0);

/** At most so many rows of a split at even distances, without labels. */
function evenSample(split: Split, most: number): Split {
  const rows = Math.min(most, split.rows);
  // Plain loops: `from` with a function takes longer than the gates themselves.
  const thinned = <T extends Int32Array | Float32Array>(column: ArrayLike<number>, into: T): T => {
    for (let i = 0; i < rows; i++) into[i] = column[Math.floor((i * split.rows) / rows)];
    return into;
  };
  return {
    rows,
    ids: split.ids.map((column) => thinned(column, new Int32Array(rows))),
    numbers: split.numbers.map((column) => thinned(column, new Float32Array(rows))),
    labels: [],
  };
}

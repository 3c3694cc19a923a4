import { tf } from '../backend/tensorflow';
import { type Batcher, disposeBatch } from '../data/batch';
import type { Split } from '../data/types';
import { type Model, predicting } from '../models/model';
import type { Values } from '../models/parameter';

/** Rows of one prediction step: large enough to fill a device, small enough for its memory. */
const CHUNK = 4096;

/**
 * Logits of all rows of a split, one array `[rows]` per task. Its sigmoid is the probability.
 *
 * @param values all parameters, tables whole
 */
export function predict(model: Model, values: Values, split: Split, batches: Batcher): Float32Array[] {
  const logits = split.labels.map(() => new Float32Array(split.rows));
  for (let from = 0; from < split.rows; from += CHUNK) {
    const batch = batches.predict(split, from, Math.min(split.rows, from + CHUNK));
    const chunk = tf.tidy(() => model.forward(values, batch, predicting).dataSync());
    disposeBatch(batch);
    logits.forEach((own, task) => {
      for (let i = task, row = from; i < chunk.length; i += logits.length, row++) own[row] = chunk[i];
    });
  }
  return logits;
}

import { type Tensor, tf } from '../backend/tensorflow';
import type { Batcher } from '../data/batch';
import type { ClientData } from '../data/pool';
import type { Split } from '../data/types';
import { auc } from '../metrics/auc';
import { logLoss } from '../metrics/log-loss';
import type { Score } from '../metrics/types';
import type { Model } from '../models/model';
import type { Values } from '../models/parameter';
import { predict } from './predict';

/** Scores of one client's model on a split of each of its scenarios, one per scenario and task that it has. */
export function evaluateClient(
  model: Model,
  values: Values,
  data: ClientData,
  split: 'validation' | 'test',
  batches: Batcher,
): Score[] {
  return data.scenarios.flatMap((scenario) => {
    const rows = scenario[split];
    const logits = predict(model, values, rows, batches);
    return data.tasks.flatMap((task, i) =>
      scenario.tasks.includes(task) ? [score(scenario.name, task, logits[i], rows, i)] : [],
    );
  });
}

function score(scenario: string, task: string, logits: Float32Array, split: Split, index: number): Score {
  const labels = split.labels[index];
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return { scenario, task, ...auc(logits, labels), logLoss: logLoss(logits, labels), rows: split.rows, positives };
}

/** Mean of the defined AUCs over scenarios: per task, and over tasks under `mean`. `null` where none is defined. */
export function macroAuc(scores: readonly Score[], tasks: readonly string[]): Record<string, number | null> {
  const perTask = tasks.map((task) => mean(scores.filter((score) => score.task === task).map(({ auc }) => auc)));
  return { ...Object.fromEntries(tasks.map((task, i) => [task, perTask[i]])), mean: mean(perTask) };
}

/** Mean of the figures that are defined; `null` where none is. */
export function mean(figures: readonly (number | null)[]): number | null {
  const defined = figures.filter((figure): figure is number => figure !== null);
  return defined.length === 0 ? null : defined.reduce((sum, figure) => sum + figure, 0) / defined.length;
}

/** Disposes of tensors by name. */
export function disposeValues(values: Values): void {
  tf.dispose(Object.values(values) as Tensor[]);
}

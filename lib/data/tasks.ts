import { DataError, hint } from './error';
import type { Dataset, ScenarioData, SplitName } from './types';

/**
 * The tasks that a scenario has, in the data set's order.
 * @throws DataError where the scenario's list or its columns of labels do not fit the data set.
 */
export function tasksOf({ tasks }: Pick<Dataset, 'tasks'>, scenario: ScenarioData): readonly string[] {
  const own = scenario.tasks ?? tasks;
  const where = `scenario "${scenario.name}"`;
  const unknown = own.find((task) => !tasks.includes(task));
  if (unknown !== undefined) throw new DataError(`${where}: there is no task "${unknown}"; ${hint(unknown, tasks)}`);
  if (own.length === 0) throw new DataError(`${where} has no task; give it one, or leave it out`);
  if (own.join() !== tasks.filter((task) => own.includes(task)).join()) {
    throw new DataError(`${where}: its tasks ${own.join(', ')} must be in the data set's order, ${tasks.join(', ')}`);
  }
  for (const [split, { labels }] of Object.entries(scenario.splits)) {
    if (labels.length === own.length) continue;
    const columns = `${labels.length} columns of labels for ${own.length} tasks`;
    throw new DataError(`${where}, ${split}: ${columns} (${own.join(', ')})`);
  }
  return own;
}

/** A scenario's labels of one task in one split; nothing where the scenario has no such task. */
export function labelsOf(
  dataset: Pick<Dataset, 'tasks'>,
  scenario: ScenarioData,
  split: SplitName,
  task: string,
): Uint8Array | undefined {
  return scenario.splits[split].labels[tasksOf(dataset, scenario).indexOf(task)];
}

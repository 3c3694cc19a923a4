import { tasksOf } from './tasks';
import type { CategoricalField, Dataset, IdColumn, Split, SplitName } from './types';

/** Training rows of one client, and what it is judged on. */
export interface ClientData {
  readonly name: string;
  /** The tasks that it learns, in the data set's order: one column of labels each. */
  readonly tasks: readonly string[];
  readonly train: Split;
  /** Validation and test rows, by the scenario they belong to. */
  readonly scenarios: readonly {
    readonly name: string;
    /** The tasks that it is judged on. */
    readonly tasks: readonly string[];
    readonly trainRows: number;
    readonly validation: Split;
    readonly test: Split;
  }[];
}

/** One client per scenario. */
export function clientPerScenario(dataset: Dataset): ClientData[] {
  return dataset.scenarios.map((scenario) => {
    const { name, splits } = scenario;
    const tasks = tasksOf(dataset, scenario);
    const { train, validation, test } = splits;
    return { name, tasks, train, scenarios: [{ name, tasks, trainRows: train.rows, validation, test }] };
  });
}

/** The field that tells a pooled model from which scenario a row comes. */
export function scenarioField(dataset: Dataset): CategoricalField {
  const values = ['(missing)', '(unseen)', ...dataset.scenarios.map(({ name }) => name)];
  return { kind: 'categorical', name: 'scenario', size: values.length, values };
}

/**
 * One client that holds the rows of all scenarios, with {@link scenarioField} as its last categorical field.
 *
 * It learns every task; of a task that a scenario does not have, the labels of its rows are marked as not known.
 */
export function pooledClient(dataset: Dataset): ClientData {
  const marked = (split: SplitName) =>
    dataset.scenarios.map((scenario, index) =>
      withAllTasks(withField(scenario.splits[split], index + 2), tasksOf(dataset, scenario), dataset.tasks),
    );
  const [validation, test] = [marked('validation'), marked('test')];
  return {
    name: 'all',
    tasks: dataset.tasks,
    train: concatenate(marked('train')),
    scenarios: dataset.scenarios.map((scenario, index) => ({
      name: scenario.name,
      tasks: tasksOf(dataset, scenario),
      trainRows: scenario.splits.train.rows,
      validation: validation[index],
      test: test[index],
    })),
  };
}

function withField(split: Split, id: number): Split {
  return { ...split, ids: [...split.ids, new Uint16Array(split.rows).fill(id)] };
}

/** The split with a column of labels for every task; of those that it lacks, none is known. */
function withAllTasks(split: Split, own: readonly string[], all: readonly string[]): Split {
  if (own.length === all.length) return split;
  const constant = (value: number) => new Uint8Array(split.rows).fill(value);
  return {
    ...split,
    labels: all.map((task) => split.labels[own.indexOf(task)] ?? constant(0)),
    known: all.map((task) => constant(Number(own.includes(task)))),
  };
}

function concatenate(splits: readonly Split[]): Split {
  const rows = splits.reduce((sum, split) => sum + split.rows, 0);
  const join = <T extends IdColumn | Float32Array>(columns: readonly T[]): T => {
    const joined = new (columns[0].constructor as new (length: number) => T)(rows);
    let at = 0;
    for (const column of columns) {
      joined.set(column, at);
      at += column.length;
    }
    return joined;
  };
  const every = <T extends IdColumn | Float32Array>(columnsOf: (split: Split) => readonly T[]) =>
    columnsOf(splits[0]).map((_, column) => join(splits.map((split) => columnsOf(split)[column])));
  return {
    rows,
    ids: every((split) => split.ids),
    numbers: every((split) => split.numbers),
    labels: every((split) => split.labels),
    ...(splits.some(({ known }) => known) && {
      known: every(({ known, labels, rows }) => known ?? labels.map(() => new Uint8Array(rows).fill(1))),
    }),
  };
}

import type { CategoricalField, Dataset, IdColumn, Split, SplitName } from './types';

/** Training rows of one client, and what it is judged on. */
export interface ClientData {
  readonly name: string;
  readonly train: Split;
  /** Validation and test rows, by the scenario they belong to. */
  readonly scenarios: readonly {
    readonly name: string;
    readonly trainRows: number;
    readonly validation: Split;
    readonly test: Split;
  }[];
}

/** One client per scenario. */
export function clientPerScenario(dataset: Dataset): ClientData[] {
  return dataset.scenarios.map(({ name, splits }) => ({
    name,
    train: splits.train,
    scenarios: [{ name, trainRows: splits.train.rows, validation: splits.validation, test: splits.test }],
  }));
}

/** The field that tells a pooled model from which scenario a row comes. */
export function scenarioField(dataset: Dataset): CategoricalField {
  const values = ['(missing)', '(unseen)', ...dataset.scenarios.map(({ name }) => name)];
  return { kind: 'categorical', name: 'scenario', size: values.length, values };
}

/** One client that holds the rows of all scenarios, with {@link scenarioField} as its last categorical field. */
export function pooledClient(dataset: Dataset): ClientData {
  const marked = (split: SplitName) =>
    dataset.scenarios.map(({ splits }, index) => withField(splits[split], index + 2));
  const [validation, test] = [marked('validation'), marked('test')];
  return {
    name: 'all',
    train: concatenate(marked('train')),
    scenarios: dataset.scenarios.map(({ name, splits }, index) => ({
      name,
      trainRows: splits.train.rows,
      validation: validation[index],
      test: test[index],
    })),
  };
}

function withField(split: Split, id: number): Split {
  return { ...split, ids: [...split.ids, new Uint16Array(split.rows).fill(id)] };
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
  };
}

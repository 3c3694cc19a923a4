import { labelsOf } from './tasks';
import type { Dataset, Split, SplitName } from './types';
import { MISSING_ID, UNSEEN_ID } from './types';

/** One scenario in one split. */
export interface CardPart {
  readonly scenario: string;
  readonly split: SplitName;
  readonly rows: number;
  /** Rows with label 1, per task; NaN where the scenario has no such task. */
  readonly positives: readonly number[];
}

/** One categorical field; rows are counted over all scenarios. */
export interface CardCategorical {
  readonly name: string;
  readonly size: number;
  /** Rows without a value, all splits. */
  readonly missing: number;
  /** Test rows whose value has no id of its own. */
  readonly unseenInTest: number;
  /** Training values too rare for an id of their own; unknown for generated data. */
  readonly foldedValues?: number;
}

/** One numerical field. */
export interface CardNumerical {
  readonly name: string;
  readonly transform: string;
  readonly centre: number;
  readonly scale: number;
  /** Rows without a value, all splits; unknown for generated data. */
  readonly missing?: number;
}

/** What a reader should know about a data set, as a plain object; `dataCardText` prints it. */
export interface DataCard {
  readonly name: string;
  readonly description?: string;
  readonly fingerprint: string;
  readonly rows: number;
  readonly testRows: number;
  readonly tasks: readonly string[];
  readonly parts: readonly CardPart[];
  readonly categorical: readonly CardCategorical[];
  readonly numerical: readonly CardNumerical[];
  readonly sources: readonly { readonly file: string; readonly bytes: number }[];
  readonly sourceRows?: number;
  readonly repeatedRows?: number;
  readonly duplicates?: 'keep' | 'drop';
  readonly dropped: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  /** AUC of the true probabilities on the test split, `[scenario][task]`. */
  readonly bayesAuc?: Dataset['bayesAuc'];
}

const splitNames: readonly SplitName[] = ['train', 'validation', 'test'];

/** Counts what a data set holds. Reads every id and label once. */
export function dataCard(dataset: Dataset): DataCard {
  const { facts } = dataset;
  const parts = dataset.scenarios.flatMap((scenario) =>
    splitNames.map((split) => ({
      scenario: scenario.name,
      split,
      rows: scenario.splits[split].rows,
      positives: dataset.tasks.map((task) => {
        const labels = labelsOf(dataset, scenario, split, task);
        return labels ? count(labels, 1) : Number.NaN;
      }),
    })),
  );
  const all = dataset.scenarios.flatMap(({ splits }) => splitNames.map((split) => splits[split]));
  const test = dataset.scenarios.map(({ splits }) => splits.test);
  const countId = (within: readonly Split[], k: number, id: number) =>
    within.reduce((sum, { ids }) => sum + count(ids[k], id), 0);
  return {
    name: dataset.name,
    description: facts?.description,
    fingerprint: dataset.fingerprint,
    rows: all.reduce((sum, { rows }) => sum + rows, 0),
    testRows: test.reduce((sum, { rows }) => sum + rows, 0),
    tasks: dataset.tasks,
    parts,
    categorical: dataset.categorical.map(({ name, size }, k) => ({
      name,
      size,
      missing: countId(all, k, MISSING_ID),
      unseenInTest: countId(test, k, UNSEEN_ID),
      foldedValues: facts?.foldedValues[k],
    })),
    numerical: dataset.numerical.map(({ name, transform, centre, scale }, k) => ({
      name,
      transform,
      centre,
      scale,
      missing: facts?.missingNumbers[k],
    })),
    sources: facts?.sources.map(({ file, bytes }) => ({ file, bytes })) ?? [],
    sourceRows: facts?.sourceRows,
    repeatedRows: facts?.repeatedRows,
    duplicates: facts?.duplicates,
    dropped: facts?.dropped ?? {},
    warnings: dataset.warnings,
    bayesAuc: dataset.bayesAuc,
  };
}

function count(column: ArrayLike<number>, value: number): number {
  let found = 0;
  for (let i = 0; i < column.length; i++) if (column[i] === value) found++;
  return found;
}

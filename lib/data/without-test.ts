import type { Dataset, Split } from './types';

/**
 * The data set with an empty test split, for whoever chooses something: what is not there cannot be looked at.
 * Training and validation rows are those of the data set, not copied.
 */
export function withoutTest(dataset: Dataset): Dataset {
  const { bayesAuc, ...rest } = dataset;
  return {
    ...rest,
    scenarios: dataset.scenarios.map((scenario) => ({
      ...scenario,
      splits: { ...scenario.splits, test: emptied(scenario.splits.test) },
    })),
  };
}

const emptied = ({ ids, numbers, labels, known }: Split): Split => ({
  rows: 0,
  ids: ids.map((column) => column.subarray(0, 0)),
  numbers: numbers.map((column) => column.subarray(0, 0)),
  labels: labels.map((column) => column.subarray(0, 0)),
  ...(known && { known: known.map((column) => column.subarray(0, 0)) }),
});

import type { ColumnType, DataSchema } from '../schema';

const categoricalNames = Array.from({ length: 16 }, (_, k) => `categorical_${k + 1}`);
const numericalNames = Array.from({ length: 63 }, (_, k) => `numerical_${k + 1}`);

// Declared, because the files are large: 82 columns and tens of millions of rows.
const types: Record<string, ColumnType> = {
  search_id: 'integer',
  click: 'integer',
  conversion: 'integer',
  ...Object.fromEntries(categoricalNames.map((name) => [name, 'integer' as const])),
  ...Object.fromEntries(numericalNames.map((name) => [name, 'float' as const])),
};

/** AliExpress search logs in the 82-column layout of MTReclib: a folder per country with train.csv and test.csv. */
export const aliexpress: DataSchema = {
  name: 'aliexpress',
  description: 'AliExpress search logs, a scenario per country; click, and conversion over all impressions',
  obtain: 'see data/aliexpress/README.md; a folder per country (AliExpress_NL, …) holds train.csv and test.csv.',
  sources: [
    {
      name: 'impressions',
      files: ['AliExpress_*/train.csv*', 'AliExpress_*/test.csv*', '??/train.csv*', '??/test.csv*'],
      types,
    },
  ],
  scenario: { expression: "upper(right(split_part(source_file, '/', 1), 2))" },
  tasks: [{ name: 'click' }, { name: 'conversion' }],
  fields: [
    ...categoricalNames.map((name) => ({ kind: 'categorical' as const, name })),
    ...numericalNames.map((name) => ({ kind: 'numerical' as const, name })),
  ],
  never: ['search_id', 'click', 'conversion'],
  split: {
    files: { train: '*/train.csv*', test: '*/test.csv*' },
    validationFraction: 0.1,
    seed: 1,
    // The items of one search are compared with each other, so they stay together.
    together: "concat(source_file, ':', search_id)",
  },
};

import { isConstant } from '../ingest/numbers';
import { RESERVED_VALUES } from '../ingest/vocabulary';
import { type CategoricalField, type NumericalField, UNSEEN_ID } from '../types';
import { FIELD_SIZES, type RawInputs } from './inputs';

/** Encoded columns of one scenario, all splits one after the other. */
export interface EncodedInputs {
  readonly ids: readonly Uint8Array[];
  readonly numbers: readonly Float32Array[];
}

/**
 * Gives generated inputs the treatment of files: ids by falling count and scaling to mean 0 and deviation 1, both
 * learnt from the training rows (the first `trainRows[s]` of scenario `s`) of all scenarios together. Numbers are
 * scaled in place.
 */
export function encodeInputs(
  scenarios: readonly RawInputs[],
  trainRows: readonly number[],
): { categorical: CategoricalField[]; numerical: NumericalField[]; encoded: EncodedInputs[] } {
  const vocabularies = FIELD_SIZES.map((size, k) =>
    learnIds(
      scenarios.map(({ values }) => values[k]),
      trainRows,
      size,
    ),
  );
  const numerical = scenarios[0].numbers.map((_, k) =>
    scaleNumbers(
      `numerical_${k + 1}`,
      scenarios.map(({ numbers }) => numbers[k]),
      trainRows,
    ),
  );
  return {
    categorical: vocabularies.map(({ values }, k) => ({
      kind: 'categorical',
      name: `categorical_${k + 1}`,
      size: values.length + 2,
      values: [...RESERVED_VALUES, ...values.map(String)],
    })),
    numerical,
    encoded: scenarios.map(({ values, numbers }) => ({
      ids: values.map((column, k) => column.map((value) => vocabularies[k].idOf[value])),
      numbers,
    })),
  };
}

function learnIds(columns: readonly Uint8Array[], trainRows: readonly number[], size: number) {
  const counts = new Float64Array(size);
  for (const [s, column] of columns.entries()) for (let i = 0; i < trainRows[s]; i++) counts[column[i]]++;
  const values = Array.from(counts.keys())
    .filter((value) => counts[value] > 0)
    .sort((a, b) => counts[b] - counts[a] || a - b);
  const idOf = new Uint8Array(size).fill(UNSEEN_ID);
  for (const [rank, value] of values.entries()) idOf[value] = rank + 2;
  return { values, idOf };
}

function scaleNumbers(name: string, columns: readonly Float32Array[], trainRows: readonly number[]): NumericalField {
  let count = 0;
  let sum = 0;
  for (const [s, column] of columns.entries()) {
    count += trainRows[s];
    for (let i = 0; i < trainRows[s]; i++) sum += column[i];
  }
  const centre = sum / count;
  let squares = 0;
  for (const [s, column] of columns.entries())
    for (let i = 0; i < trainRows[s]; i++) squares += (column[i] - centre) ** 2;
  const deviation = Math.sqrt(squares / count);
  const scale = isConstant(centre, deviation) ? 1 : deviation;
  for (const column of columns) for (let i = 0; i < column.length; i++) column[i] = (column[i] - centre) / scale;
  return { kind: 'numerical', name, transform: 'none', centre, scale };
}

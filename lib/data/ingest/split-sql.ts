import type { SplitRule } from '../schema';
import { literal } from './duckdb';
import type { Rows } from './rows';

/** A number in [0, 1) that depends on the seed and the key only, not on threads or DuckDB's version. */
export function uniformSql(seed: number, key: string): string {
  return `(md5_number_lower(concat('${seed}:', ${key})) / 18446744073709551616.0)`;
}

/**
 * SQL for the split of a row: 0 train, 1 validation, 2 test, NULL for none.
 * @param position SQL of the row's number.
 * @param file SQL of the path of its file.
 */
export function splitSql(split: SplitRule, rows: Rows, position: string, file: string): string {
  if ('by' in split) {
    const { train, validation, test } = rows.split;
    return `CASE WHEN ${train.sql} THEN 0 WHEN ${validation.sql} THEN 1 WHEN ${test.sql} THEN 2 END`;
  }
  const alone = `concat('row ', ${position})`;
  const together = rows.split.together;
  const key = together === undefined ? alone : `coalesce(CAST(${together.sql} AS VARCHAR), ${alone})`;
  const uniform = uniformSql(split.seed ?? 1, key);
  if ('random' in split) {
    const { train, validation } = split.random;
    return `CASE WHEN ${uniform} < ${train} THEN 0 WHEN ${uniform} < ${train + validation} THEN 1 ELSE 2 END`;
  }
  const match = (pattern: string) => `${file} GLOB ${literal(pattern)}`;
  const { train, validation, test } = split.files;
  const cut =
    validation === undefined
      ? `WHEN ${match(train)} THEN CASE WHEN ${uniform} < ${split.validationFraction ?? 0.1} THEN 1 ELSE 0 END`
      : `WHEN ${match(validation)} THEN 1 WHEN ${match(train)} THEN 0`;
  return `CASE WHEN ${match(test)} THEN 2 ${cut} END`;
}

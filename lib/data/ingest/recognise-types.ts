import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted, rowOf } from './duckdb';

const SAMPLE = 2000;
const tests: Record<string, (column: string) => string> = {
  // The way back must give the same text: `007` and `1.0` are not integers.
  BIGINT: (column) => `CAST(TRY_CAST(${column} AS BIGINT) AS VARCHAR) IS NOT DISTINCT FROM ${column}`,
  DOUBLE: (column) => `TRY_CAST(${column} AS DOUBLE) IS NOT NULL`,
};

/**
 * Finds for each text column the narrowest of BIGINT, DOUBLE and VARCHAR that keeps every value. A column without
 * values is VARCHAR.
 * @param table The table, quoted.
 */
export async function recogniseTypes(
  connection: DuckDBConnection,
  table: string,
  columns: readonly string[],
): Promise<Record<string, string>> {
  // The first rows say which type is likely; then each column is read whole for that one type only.
  const sample = `(SELECT * FROM ${table} LIMIT ${SAMPLE})`;
  const found: Record<string, string> = Object.fromEntries(columns.map((column) => [column, 'VARCHAR']));
  let open = columns;
  for (const type of Object.keys(tests)) {
    const likely = await passing(connection, sample, open, type, true);
    const whole = await passing(connection, table, likely, type, false);
    for (const column of whole) found[column] = type;
    open = open.filter((column) => !whole.includes(column));
  }
  return found;
}

/** The columns whose every value passes the test of a type. */
async function passing(
  connection: DuckDBConnection,
  table: string,
  columns: readonly string[],
  type: string,
  withoutValues: boolean,
): Promise<string[]> {
  if (columns.length === 0) return [];
  const checks = columns.map((column, k) => {
    const name = quoted(column);
    return `coalesce(bool_and(${tests[type](name)}) FILTER (${name} IS NOT NULL), ${withoutValues}) AS c${k}`;
  });
  const found = await rowOf(connection, `SELECT ${checks.join(', ')} FROM ${table}`);
  return columns.filter((_, k) => found[`c${k}`] === true);
}

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
  // Most columns of texts show it in the first rows; only the others are read whole.
  const open = Object.keys(tests).flatMap((type) => columns.map((column) => ({ column, type })));
  const likely = await passing(connection, `(SELECT * FROM ${table} LIMIT ${SAMPLE})`, open, true);
  const whole = await passing(connection, table, likely, false);
  return Object.fromEntries(
    columns.map((column) => [column, whole.find((one) => one.column === column)?.type ?? 'VARCHAR']),
  );
}

interface Candidate {
  readonly column: string;
  readonly type: string;
}

async function passing(
  connection: DuckDBConnection,
  table: string,
  candidates: readonly Candidate[],
  withoutValues: boolean,
): Promise<Candidate[]> {
  if (candidates.length === 0) return [];
  const checks = candidates.map(({ column, type }, k) => {
    const name = quoted(column);
    return `coalesce(bool_and(${tests[type](name)}) FILTER (${name} IS NOT NULL), ${withoutValues}) AS c${k}`;
  });
  const found = await rowOf(connection, `SELECT ${checks.join(', ')} FROM ${table}`);
  return candidates.filter((_, k) => found[`c${k}`] === true);
}

import type { DuckDBConnection } from '@duckdb/node-api';
import { DataError } from '../error';
import type { DataSchema } from '../schema';
import { csvProblem } from './csv-problem';
import { columnNames, csvReader } from './csv-reader';
import { quoted, rowOf, rowsOf, sqlMessage } from './duckdb';
import type { HashedFile } from './fingerprint';
import type { Rows } from './rows';

/**
 * Checks that every numerical field (and every field to be cut into bins) holds numbers.
 * @throws DataError naming file, line, column and value of the first that is none.
 */
export async function checkNumbers(
  connection: DuckDBConnection,
  schema: DataSchema,
  rows: Rows,
  files: readonly HashedFile[],
): Promise<void> {
  for (const [k, rule] of schema.fields.entries()) {
    if (rule.kind === 'categorical' && rule.bins === undefined) continue;
    const { where, sql } = rows.fields[k];
    const type = rows.types.get(where) ?? '';
    if (/INT|DOUBLE|FLOAT|DECIMAL|BOOLEAN/.test(type)) continue;
    if (type !== 'VARCHAR')
      throw new DataError(`${where}: ${sql} is a ${type}, not a number; convert it in its expression`);
    const bad = `${sql} IS NOT NULL AND TRY_CAST(${sql} AS DOUBLE) IS NULL`;
    const [row] = await rowsOf(connection, `SELECT ${sql} AS value FROM ${rows.view} WHERE ${bad} LIMIT 1`);
    if (row === undefined) continue;
    await blameLine(connection, schema, sql, files);
    throw new DataError(`${where}: "${row.value}" is not a number (value of ${sql})`);
  }
}

/** Reads the file again with the column declared a number: DuckDB then names the line. */
async function blameLine(
  connection: DuckDBConnection,
  schema: DataSchema,
  column: string,
  files: readonly HashedFile[],
): Promise<void> {
  for (const source of schema.sources) {
    for (const file of files.filter((one) => one.source === source.name && !/\.(parquet|pq)$/i.test(one.name))) {
      const named = columnNames(source, [file]);
      const name = named.find((one) => quoted(one) === column);
      if (name === undefined) continue;
      try {
        await connection.run(`SELECT count(${column}) FROM ${csvReader(source, [file], named, { [name]: 'DOUBLE' })}`);
      } catch (problem) {
        throw csvProblem(problem, [file]);
      }
    }
  }
}

/** Checks that no row is claimed by two splits. */
export async function checkOverlap(connection: DuckDBConnection, schema: DataSchema, rows: Rows): Promise<void> {
  if (!('by' in schema.split)) return;
  const parts = Object.values(rows.split).map(({ sql }) => `coalesce(CAST(${sql} AS BOOLEAN), false)::INTEGER`);
  const overlap = `SELECT count(*) AS n FROM ${rows.view} WHERE ${parts.join(' + ')} > 1`;
  const { n } = await rowOf(connection, overlap).catch((problem: unknown) => {
    throw new DataError(`schema "${schema.name}", split: ${sqlMessage(problem)}`);
  });
  if (Number(n) === 0) return;
  throw new DataError(
    `schema "${schema.name}", split: ${n} rows belong to two splits at once; its expressions must exclude each other`,
  );
}

/**
 * Checks that every label is 0, 1, true, false or NULL, and makes it a small integer.
 * @throws DataError naming task, value, file and row.
 */
export async function checkLabels(connection: DuckDBConnection, rows: Rows): Promise<void> {
  const tests = rows.tasks.map((_, k) => `count(*) FILTER (l${k} IS NOT NULL AND ${notBinary(k)}) AS l${k}`);
  const bad = await rowOf(connection, `SELECT ${tests.join(', ')} FROM prepared`);
  for (const [k, task] of rows.tasks.entries()) {
    if (bad[`l${k}`] === 0) continue;
    const row = await rowOf(
      connection,
      `SELECT CAST(l${k} AS VARCHAR) AS value, source_row, source_file FROM prepared ` +
        `WHERE l${k} IS NOT NULL AND ${notBinary(k)} ORDER BY source_row LIMIT 1`,
    );
    const place = row.source_file === '' ? '' : ` in ${row.source_file}, data row ${Number(row.source_row) + 1}`;
    throw new DataError(
      `${task.where}: the label is "${row.value}"${place}; ${bad[`l${k}`]} rows are neither 0, 1 nor NULL. ` +
        `Write an expression that gives 0 or 1, such as ${task.sql} > 0`,
    );
  }
  const casts = rows.tasks.map(
    (_, k) => `ALTER TABLE prepared ALTER l${k} TYPE UTINYINT USING CAST(CAST(l${k} AS DOUBLE) AS UTINYINT)`,
  );
  for (const statement of casts) await connection.run(statement);
}

function notBinary(k: number): string {
  return `coalesce(TRY_CAST(l${k} AS DOUBLE), -1) NOT IN (0, 1)`;
}

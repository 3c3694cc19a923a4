import { DataError, hint } from '../../data/error';
import { readHead } from '../../data/ingest/csv-header';
import { csvProblem } from '../../data/ingest/csv-problem';
import { columnNames, csvReader } from '../../data/ingest/csv-reader';
import { openDatabase, quoted, rowOf } from '../../data/ingest/duckdb';
import type { SourceFile } from '../../data/ingest/fingerprint';
import type { DataSource } from '../../data/schema';

/** A column of numbers in a text file. */
export interface TextColumn {
  readonly name: string;
  readonly type: 'integer' | 'number';
}

/**
 * Reads a tab-separated file of numbers (also .gz) whole. A first line that does not begin with a number is taken for a
 * header, which must hold the names of the columns.
 * @returns One array per column, in the order of the lines.
 * @throws DataError naming file, line and column of what cannot be read.
 */
export async function readText(file: SourceFile, columns: readonly TextColumn[]): Promise<Float64Array[]> {
  const names = columns.map(({ name }) => name);
  const source: DataSource = { name: 'lines', files: file.name, delimiter: '\t', quote: '', columns: names };
  const head = readHead(file.path, '\t', '');
  columnNames(source, [file]);
  const header = Number.isNaN(Number.parseFloat(head[0]));
  if (header) checkHeader(file, head, names);
  const types = Object.fromEntries(columns.map(({ name, type }) => [name, type === 'integer' ? 'BIGINT' : 'DOUBLE']));
  const database = await openDatabase();
  try {
    const { connection } = database;
    try {
      await connection.run(
        `CREATE TABLE lines AS SELECT * FROM ${csvReader({ ...source, header }, [file], names, types)}`,
      );
    } catch (problem) {
      throw csvProblem(problem, [file]);
    }
    for (const name of names) {
      const { line } = await rowOf(connection, `SELECT min(rowid) AS line FROM lines WHERE ${quoted(name)} IS NULL`);
      if (line === null) continue;
      throw new DataError(`${file.path}, line ${Number(line) + (header ? 2 : 1)}, column "${name}": there is no value`);
    }
    const selected = names.map((name) => `${quoted(name)}::DOUBLE`).join(', ');
    const found = await connection.runAndReadAll(`SELECT ${selected} FROM lines ORDER BY rowid`);
    const values = found.getColumnsJS();
    return names.map((_, k) => Float64Array.from((values[k] ?? []) as number[]));
  } finally {
    database.close();
  }
}

function checkHeader(file: SourceFile, head: readonly string[], names: readonly string[]): void {
  const different = head.findIndex((name, k) => name.trim() !== names[k]);
  if (different < 0) return;
  const near = hint(head[different], names);
  throw new DataError(
    `${file.path}, line 1: column ${different + 1} is "${head[different]}" where "${names[different]}" or a number is expected; ${near}`,
  );
}

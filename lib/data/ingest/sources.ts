import type { DuckDBConnection } from '@duckdb/node-api';
import { DataError, hint } from '../error';
import { matchFiles, whatIsThere } from '../paths';
import type { ColumnType, DataSchema, DataSource } from '../schema';
import { csvProblem } from './csv-problem';
import { columnNames, csvReader } from './csv-reader';
import { literal, quoted, sqlMessage } from './duckdb';
import type { HashedFile, SourceFile } from './fingerprint';
import { recogniseTypes } from './recognise-types';

const sqlTypes: Record<ColumnType, string> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  number: 'DOUBLE',
  float: 'FLOAT',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};

/**
 * Finds the files of every source.
 * @throws DataError naming the pattern, the folder and what is there instead.
 */
export function findSources(schema: DataSchema, folder: string): SourceFile[] {
  return schema.sources.flatMap((source) => {
    const patterns = [source.files].flat();
    const names = namesOf(source, folder);
    if (names.length === 0) {
      const how = schema.obtain === undefined ? '' : ` To get the data: ${schema.obtain}`;
      throw new DataError(
        `${folder}: no file matches ${patterns.map((pattern) => `"${pattern}"`).join(' or ')} ` +
          `(source "${source.name}" of "${schema.name}"); ${whatIsThere(folder)}.${how}`,
      );
    }
    return names.map((name) => ({ source: source.name, name, path: `${folder}/${name}` }));
  });
}

/** Whether a folder has at least one file of every source. */
export function holdsSources(schema: DataSchema, folder: string): boolean {
  return schema.sources.every((source) => namesOf(source, folder).length > 0);
}

function namesOf(source: DataSource, folder: string): string[] {
  return [...new Set([source.files].flat().flatMap((pattern) => matchFiles(folder, pattern)))];
}

/** Makes each source a table of its name, with the extra columns `source_row` and `source_file`. */
export async function loadSources(
  connection: DuckDBConnection,
  schema: DataSchema,
  files: readonly HashedFile[],
): Promise<void> {
  for (const source of schema.sources) {
    const own = files.filter((file) => file.source === source.name);
    const format = source.format ?? (/\.(parquet|pq)$/i.test(own[0].name) ? 'parquet' : 'csv');
    if (format === 'parquet') await loadParquet(connection, source, own);
    else await loadCsv(connection, source, own);
  }
}

async function loadCsv(connection: DuckDBConnection, source: DataSource, files: readonly HashedFile[]): Promise<void> {
  const columns = columnNames(source, files);
  for (const name of Object.keys(source.types ?? {})) {
    if (columns.includes(name)) continue;
    throw new DataError(
      `${files[0].name}: no column "${name}" (types of source "${source.name}"); ${hint(name, columns)}`,
    );
  }
  const declared = Object.fromEntries(Object.entries(source.types ?? {}).map(([name, type]) => [name, sqlTypes[type]]));
  const raw = quoted(`raw ${source.name}`);
  const open = columns.filter((name) => !(name in declared));
  const trimmed = (name: string) => `nullif(trim(${quoted(name)}), '') AS ${quoted(name)}`;
  const values = source.trim && open.length > 0 ? `* REPLACE (${open.map(trimmed).join(', ')})` : '*';
  try {
    await connection.run(`CREATE TABLE ${raw} AS SELECT ${values} FROM ${csvReader(source, files, columns, declared)}`);
  } catch (problem) {
    throw csvProblem(problem, files);
  }
  const types = await recogniseTypes(connection, raw, open);
  const selected = columns.map((name) => {
    const type = types[name] ?? 'VARCHAR';
    return type === 'VARCHAR' ? quoted(name) : `CAST(${quoted(name)} AS ${type}) AS ${quoted(name)}`;
  });
  await connection.run(
    `CREATE VIEW ${quoted(source.name)} AS SELECT ${selected.join(', ')}, ${provenance(files)} FROM ${raw}`,
  );
}

async function loadParquet(
  connection: DuckDBConnection,
  source: DataSource,
  files: readonly HashedFile[],
): Promise<void> {
  const raw = quoted(`raw ${source.name}`);
  for (const file of files) {
    try {
      await connection.run(`SELECT count(*) FROM read_parquet(${literal(file.path)})`);
    } catch (problem) {
      throw new DataError(
        `${file.path}: not a readable Parquet file (${sqlMessage(problem)}); fetch or write it again`,
      );
    }
  }
  const list = files.map((file) => literal(file.path)).join(', ');
  try {
    await connection.run(`CREATE TABLE ${raw} AS SELECT * FROM read_parquet([${list}], filename='source_path')`);
  } catch (problem) {
    throw new DataError(`${files.map((file) => file.name).join(', ')}: cannot be read (${sqlMessage(problem)})`);
  }
  await connection.run(
    `CREATE VIEW ${quoted(source.name)} AS SELECT * EXCLUDE (source_path), ${provenance(files)} FROM ${raw}`,
  );
}

function provenance(files: readonly SourceFile[]): string {
  const cases = files.map((file) => `WHEN ${literal(file.path)} THEN ${literal(file.name)}`).join(' ');
  const name = files.length === 1 ? literal(files[0].name) : `CASE source_path ${cases} END`;
  return `rowid AS source_row, ${name} AS source_file`;
}

import type { DuckDBConnection } from '@duckdb/node-api';
import { readHead } from './csv-header';
import { literal, quoted, rowOf, sqlMessage } from './duckdb';
import { DataError, hint } from './error';
import type { HashedFile, SourceFile } from './fingerprint';
import { matchFiles, whatIsThere } from './paths';
import type { ColumnType, DataSchema, DataSource } from './schema';

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

/** The reader call for CSV files, every column a text unless `types` says otherwise. */
export function csvReader(
  source: DataSource,
  files: readonly SourceFile[],
  columns: readonly string[],
  types: Readonly<Record<string, string>>,
): string {
  const quote = source.quote ?? '"';
  const described = columns.map((name) => `${literal(name)}: ${literal(types[name] ?? 'VARCHAR')}`).join(', ');
  const missing = ['', ...(source.missing ?? [])].map(literal).join(', ');
  return (
    `read_csv([${files.map((file) => literal(file.path)).join(', ')}], auto_detect=false, columns={${described}}, ` +
    `delim=${literal(delimiterOf(source, files[0]))}, quote=${literal(quote)}, escape=${literal(quote)}, ` +
    `header=${source.header ?? true}, nullstr=[${missing}], allow_quoted_nulls=false, strict_mode=true, ` +
    `null_padding=false, ignore_errors=false, filename='source_path')`
  );
}

export function delimiterOf(source: DataSource, file: SourceFile): string {
  return source.delimiter ?? (/\.tsv(\.gz)?$/i.test(file.name) ? '\t' : ',');
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
  try {
    await connection.run(`CREATE TABLE ${raw} AS SELECT * FROM ${csvReader(source, files, columns, declared)}`);
  } catch (problem) {
    throw csvProblem(problem, files);
  }
  const open = columns.filter((name) => !(name in declared));
  const clean = (name: string) => (source.trim ? `nullif(trim(${quoted(name)}), '')` : quoted(name));
  const types = await recogniseTypes(connection, raw, open, clean);
  const selected = columns.map((name) => {
    if (!(name in types)) return quoted(name);
    return types[name] === 'VARCHAR'
      ? `${clean(name)} AS ${quoted(name)}`
      : `CAST(${clean(name)} AS ${types[name]}) AS ${quoted(name)}`;
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

function columnNames(source: DataSource, files: readonly HashedFile[]): readonly string[] {
  let columns = source.columns;
  for (const file of files) {
    const head = readHead(file.path, delimiterOf(source, file), source.quote ?? '"');
    if (head.length === 0) throw new DataError(`${file.path}: the file is empty`);
    const expected = columns ?? head;
    if (head.length !== expected.length) {
      throw new DataError(
        `${file.path}: line 1 has ${head.length} columns where ${expected.length} are expected; ` +
          'is the delimiter right, and have all files the same columns?',
      );
    }
    const different =
      (source.header ?? true) && source.columns === undefined ? head.findIndex((name, k) => name !== expected[k]) : -1;
    if (different >= 0) {
      throw new DataError(
        `${file.path}: column ${different + 1} is "${head[different]}" where ${files[0].name} has "${expected[different]}"`,
      );
    }
    if (source.columns === undefined && source.header === false) columns = head.map((_, k) => `column_${k + 1}`);
    columns ??= head;
  }
  const unnamed = columns!.indexOf('');
  if (unnamed >= 0)
    throw new DataError(`${files[0].path}, line 1: column ${unnamed + 1} has no name; is the file whole?`);
  const repeated = columns!.find((name, k) => columns!.indexOf(name) !== k);
  if (repeated !== undefined) throw new DataError(`${files[0].path}: two columns are called "${repeated}"`);
  return columns!;
}

/** The narrowest of BIGINT, DOUBLE and VARCHAR that keeps every value; `007` and `1.0` are not integers. */
async function recogniseTypes(
  connection: DuckDBConnection,
  table: string,
  columns: readonly string[],
  clean: (name: string) => string,
): Promise<Record<string, string>> {
  if (columns.length === 0) return {};
  const tests = columns.flatMap((name, k) => {
    const value = clean(name);
    const whole = `coalesce(bool_and(CAST(TRY_CAST(${value} AS BIGINT) AS VARCHAR) IS NOT DISTINCT FROM ${value}) FILTER (${value} IS NOT NULL), false) AS i${k}`;
    const real = `coalesce(bool_and(TRY_CAST(${value} AS DOUBLE) IS NOT NULL) FILTER (${value} IS NOT NULL), false) AS d${k}`;
    return [whole, real];
  });
  const found = await rowOf(connection, `SELECT ${tests.join(', ')} FROM ${table}`);
  return Object.fromEntries(
    columns.map((name, k) => [name, found[`i${k}`] ? 'BIGINT' : found[`d${k}`] ? 'DOUBLE' : 'VARCHAR']),
  );
}

/** One line from DuckDB's report of a bad CSV row: file, line, and what is wrong there. */
export function csvProblem(problem: unknown, files: readonly SourceFile[]): DataError {
  const text = problem instanceof Error ? problem.message : String(problem);
  const file = /\bfile = (.*)/.exec(text)?.[1] ?? files[0].path;
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const where = line === undefined ? file : `${file}, line ${line}`;
  const count = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text);
  if (count) {
    return new DataError(
      `${where}: ${count[2]} values where ${count[1]} columns are expected; correct or remove this line` +
        ' (a value that holds the delimiter must be quoted)',
    );
  }
  const cast = /converting column "(.*)"\. Could not convert string "(.*)" to '(\w+)'/.exec(text);
  if (cast) {
    return new DataError(
      `${where}, column "${cast[1]}": "${cast[2]}" is not ${typeText(cast[3])}; correct it or declare it as missing`,
    );
  }
  const row = /Original Line: (.*)/.exec(text)?.[1];
  const reason = text
    .split('\n')
    .slice(line === undefined ? 0 : 2, line === undefined ? 1 : 3)
    .join(' ');
  return new DataError(
    `${where}: ${sqlMessage(new Error(reason))}${row === undefined ? '' : ` in: ${row.slice(0, 120)}`}`,
  );
}

function typeText(type: string): string {
  if (/DOUBLE|FLOAT/.test(type)) return 'a number';
  return /INT/.test(type) ? 'an integer' : `a ${type.toLowerCase()}`;
}

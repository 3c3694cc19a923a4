import { DataError } from '../error';
import type { DataSource } from '../schema';
import { readHead } from './csv-header';
import { literal } from './duckdb';
import type { SourceFile } from './fingerprint';

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

/**
 * The column names of a source, the same in all its files.
 * @throws DataError naming the file and the column that differs.
 */
export function columnNames(source: DataSource, files: readonly SourceFile[]): readonly string[] {
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

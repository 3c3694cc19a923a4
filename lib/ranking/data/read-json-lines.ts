import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { DataError } from '../../data/error';
import { literal, openDatabase, sqlMessage } from '../../data/ingest/duckdb';
import type { SourceFile } from '../../data/ingest/fingerprint';

/** What is read of every object: its names, and the kind of their values. `texts` (a list) may be absent, others may not. */
export type JsonFields = Readonly<Record<string, 'text' | 'number' | 'texts'>>;

const sqlTypes = { text: 'VARCHAR', number: 'DOUBLE', texts: 'VARCHAR[]' };

/**
 * Reads some fields of a file with one JSON object per line (also .gz), in the order of the lines.
 * @returns One array per field; a list that is absent is empty.
 * @throws DataError naming file, line and field of what cannot be read.
 */
export async function readJsonLines(file: SourceFile, fields: JsonFields): Promise<Record<string, unknown[]>> {
  const names = Object.keys(fields);
  const columns = names.map((name) => `${literal(name)}: ${literal(sqlTypes[fields[name]])}`).join(', ');
  const database = await openDatabase();
  try {
    const found = await database.connection.runAndReadAll(
      `SELECT * FROM read_json(${literal(file.path)}, format='newline_delimited', columns={${columns}})`,
    );
    const values = found.getColumnsJS() as unknown[][];
    const read = Object.fromEntries(names.map((name, k) => [name, values[k] ?? []]));
    for (const name of names) {
      if (fields[name] === 'texts') read[name] = read[name].map((list) => list ?? []);
      else if (read[name].includes(null)) throw await lineProblem(file, fields, new Error(`no "${name}" in some line`));
    }
    return read;
  } catch (problem) {
    throw problem instanceof DataError ? problem : await lineProblem(file, fields, problem);
  } finally {
    database.close();
  }
}

/** The first line that is not as it should be; DuckDB's own count of lines is one off for some mistakes. */
async function lineProblem(file: SourceFile, fields: JsonFields, problem: unknown): Promise<DataError> {
  let number = 0;
  const bytes = createReadStream(file.path);
  const input = file.name.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      const wrong = line.trim() === '' ? undefined : wrongIn(line, fields);
      if (wrong !== undefined) return new DataError(`${file.path}, line ${number}: ${wrong}`);
    }
  } catch {
    return new DataError(`${file.path}: cannot be read beyond line ${number}; fetch it again`);
  }
  return new DataError(`${file.path}: ${sqlMessage(problem)}`);
}

function wrongIn(line: string, fields: JsonFields): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    const python = line.startsWith("{'") ? ' (it looks like Python: is this the 2014 edition of the metadata?)' : '';
    return `not a JSON object${python}: ${line.slice(0, 60)}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `not a JSON object: ${line.slice(0, 60)}`;
  const own = value as Record<string, unknown>;
  for (const [name, kind] of Object.entries(fields)) {
    const found = own[name];
    if (kind === 'texts') {
      if (found != null && !Array.isArray(found))
        return `"${name}" is ${JSON.stringify(found)?.slice(0, 60)} where a list is expected`;
      continue;
    }
    const known = Object.keys(own).slice(0, 8).join(', ');
    if (found == null) return `there is no "${name}"; the line has ${known}`;
    if (kind === 'number' && !Number.isFinite(Number(found)))
      return `"${name}" is ${JSON.stringify(found)} where a number is expected`;
  }
  return undefined;
}

import { join } from 'node:path';
import type { CategoricalRule, DataSchema, NumericalRule } from '../schema';
import { type Database, literal, openDatabase, quoted, rowsOf } from './duckdb';
import type { HashedFile } from './fingerprint';
import { checkLeaks } from './leak';
import { CACHE_FORMAT, type Manifest } from './manifest';
import { learnScales, type Scale } from './numbers';
import { type PreparedRows, prepareRows } from './prepare-rows';
import { makeRows } from './rows';
import { loadSources } from './sources';
import { scenarioName } from './task-scenarios';
import { learnVocabulary, type Vocabulary } from './vocabulary';

/** Above this size of the sources the working tables live in a file, so that they may exceed memory. */
const IN_MEMORY_BYTES = 1e9;

export const ROWS_FILE = 'rows.parquet';

/**
 * Reads the sources of a data set and writes its rows, encoded and scaled, as Parquet.
 * @param folder An existing folder of its own; gets `rows.parquet`.
 * @param threads Threads for DuckDB; the result does not depend on it.
 * @returns The manifest, not yet written.
 * @throws DataError about anything in schema or files that cannot be used.
 */
export async function ingest(
  schema: DataSchema,
  fingerprint: string,
  files: readonly HashedFile[],
  folder: string,
  threads?: number,
): Promise<Manifest> {
  const large = files.reduce((sum, file) => sum + file.bytes, 0) > IN_MEMORY_BYTES;
  const database = await openDatabase(large ? join(folder, 'work.duckdb') : ':memory:', threads);
  try {
    const { connection } = database;
    await connection.run(`SET temp_directory = ${literal(join(folder, 'spill'))}`);
    await loadSources(connection, schema, files);
    const rows = await makeRows(connection, schema);
    await checkLeaks(connection, schema, rows);
    const prepared = await prepareRows(connection, schema, rows, files);
    const encoded = await learn(database, schema);
    await write(database, schema, prepared, encoded, join(folder, ROWS_FILE));
    return await describe(database, schema, fingerprint, files, prepared, encoded);
  } finally {
    database.close();
  }
}

interface Encoding {
  readonly vocabularies: readonly Vocabulary[];
  readonly scales: readonly Scale[];
}

async function learn({ connection }: Database, schema: DataSchema): Promise<Encoding> {
  const vocabularies: Vocabulary[] = [];
  const numerical: { rule: NumericalRule; k: number }[] = [];
  for (const [k, rule] of schema.fields.entries()) {
    if (rule.kind === 'numerical') numerical.push({ rule, k });
    else vocabularies.push(await learnVocabulary(connection, rule satisfies CategoricalRule, k));
  }
  return { vocabularies, scales: await learnScales(connection, numerical) };
}

async function write(
  { connection }: Database,
  schema: DataSchema,
  { has }: PreparedRows,
  encoded: Encoding,
  file: string,
): Promise<void> {
  // A column of a Parquet file is read whole, so a label that does not exist needs a filler; nothing reads it later.
  const label = (k: number) => (has[k].every(Boolean) ? `k.l${k}` : `coalesce(k.l${k}, 0)::UTINYINT`);
  const { vocabularies, scales } = encoded;
  const columns = [
    'k.scenario::UTINYINT AS scenario',
    'k.split::UTINYINT AS split',
    ...schema.tasks.map((task, k) => `${label(k)} AS ${quoted(task.name)}`),
    ...vocabularies.map(({ id, field }) => `${id} AS ${quoted(field.name)}`),
    ...scales.map(({ number, field }) => `${number} AS ${quoted(field.name)}`),
  ];
  const joins = vocabularies.map(({ join: text }) => text).filter((text) => text !== '');
  await connection.run(
    `COPY (SELECT ${columns.join(', ')} FROM kept AS k ${joins.join(' ')} ` +
      `ORDER BY k.scenario, k.split, k.source_row) TO ${literal(file)} (FORMAT parquet, COMPRESSION snappy)`,
  );
}

async function describe(
  { connection }: Database,
  schema: DataSchema,
  fingerprint: string,
  files: readonly HashedFile[],
  prepared: PreparedRows,
  { vocabularies, scales }: Encoding,
): Promise<Manifest> {
  const counts = await rowsOf(connection, 'SELECT scenario, split, count(*) AS n FROM kept GROUP BY ALL');
  const countOf = (scenario: number, split: number) =>
    Number(counts.find((row) => row.scenario === scenario && row.split === split)?.n ?? 0);
  const tasks = schema.tasks.map((task) => task.name);
  return {
    format: CACHE_FORMAT,
    name: schema.name,
    fingerprint,
    tasks,
    categorical: vocabularies.map(({ field }) => field),
    numerical: scales.map(({ field }) => field),
    scenarios: prepared.scenarios.map((value, s) => ({
      name: scenarioName(schema, value),
      ...(!prepared.has.every((row) => row[s]) && { tasks: tasks.filter((_, k) => prepared.has[k][s]) }),
      rows: [countOf(s, 0), countOf(s, 1), countOf(s, 2)],
    })),
    warnings: [],
    facts: {
      description: schema.description,
      sources: files.map(({ name, bytes, sha256 }) => ({ file: name, bytes, sha256 })),
      sourceRows: prepared.sourceRows,
      repeatedRows: prepared.repeatedRows,
      duplicates: schema.duplicates ?? 'keep',
      dropped: prepared.dropped,
      missingNumbers: scales.map(({ missing }) => missing),
      foldedValues: vocabularies.map(({ foldedValues }) => foldedValues),
      foldedRows: vocabularies.map(({ foldedRows }) => foldedRows),
    },
  };
}

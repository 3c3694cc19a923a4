import { join } from 'node:path';
import type { Dataset, IdColumn, Split } from '../types';
import { literal, openDatabase, quoted, readColumns } from './duckdb';
import { ROWS_FILE } from './ingest';
import type { Manifest } from './manifest';
import { idType } from './vocabulary';

const kinds = { UTINYINT: 'u8', USMALLINT: 'u16', INTEGER: 'i32' } as const;

/**
 * Reads a cached data set into memory: one typed array per column, shared by all scenarios and splits as views.
 * @param folder The cache entry.
 */
export async function loadDataset(folder: string, manifest: Manifest, threads?: number): Promise<Dataset> {
  const { tasks, categorical, numerical } = manifest;
  const rows = manifest.scenarios.reduce(
    (sum, scenario) => sum + scenario.rows[0] + scenario.rows[1] + scenario.rows[2],
    0,
  );
  const names = [...tasks, ...categorical.map(({ name }) => name), ...numerical.map(({ name }) => name)];
  const types = [
    ...tasks.map(() => 'u8' as const),
    ...categorical.map(({ size }) => kinds[idType(size)]),
    ...numerical.map(() => 'f32' as const),
  ];
  const database = await openDatabase(':memory:', threads);
  try {
    const query = `SELECT ${names.map(quoted).join(', ')} FROM read_parquet(${literal(join(folder, ROWS_FILE))})`;
    const columns = await readColumns(database.connection, query, rows, types);
    return assemble(manifest, columns);
  } finally {
    database.close();
  }
}

function assemble(manifest: Manifest, columns: readonly (IdColumn | Float32Array)[]): Dataset {
  const { name, fingerprint, tasks, categorical, numerical, warnings, facts } = manifest;
  const labelColumns = columns.slice(0, tasks.length) as Uint8Array[];
  const idColumns = columns.slice(tasks.length, tasks.length + categorical.length) as IdColumn[];
  const numberColumns = columns.slice(tasks.length + categorical.length) as Float32Array[];
  let start = 0;
  const take = (rows: number, own: readonly string[]): Split => {
    const from = start;
    start += rows;
    return {
      rows,
      ids: idColumns.map((column) => column.subarray(from, start)),
      numbers: numberColumns.map((column) => column.subarray(from, start)),
      labels: labelColumns.filter((_, k) => own.includes(tasks[k])).map((column) => column.subarray(from, start)),
    };
  };
  const scenarios = manifest.scenarios.map(({ name: scenario, tasks: some, rows }) => {
    const [train, validation, test] = rows.map((count) => take(count, some ?? tasks));
    return { name: scenario, ...(some && { tasks: some }), splits: { train, validation, test } };
  });
  return { name, fingerprint, tasks, categorical, numerical, scenarios, warnings, facts };
}

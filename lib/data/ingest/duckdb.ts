import type { DuckDBConnection } from '@duckdb/node-api';

/** An open database; `close` frees it. */
export interface Database {
  readonly connection: DuckDBConnection;
  close(): void;
}

/**
 * Opens DuckDB.
 * @param path File of a database that may grow beyond memory, or `:memory:`.
 * @param threads Number of threads; default: all cores. The result of an ingest does not depend on it.
 */
export async function openDatabase(path = ':memory:', threads?: number): Promise<Database> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(path, {
    // Nothing is installed from the network behind the user's back.
    autoinstall_known_extensions: 'false',
    ...(threads === undefined ? {} : { threads: String(threads) }),
  });
  const connection = await instance.connect();
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** A value as a small query returns it. */
export type Cell = string | number | boolean | null;

/** Runs a query that returns few rows; big integers come back as numbers. */
export async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Record<string, Cell>[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjectsJS().map((row) => {
    const plain: Record<string, Cell> = {};
    for (const [name, value] of Object.entries(row)) {
      if (typeof value === 'bigint') plain[name] = Number(value);
      else if (value === null || typeof value === 'number' || typeof value === 'boolean') plain[name] = value;
      else plain[name] = String(value);
    }
    return plain;
  });
}

/** The only row of a query. */
export async function rowOf(connection: DuckDBConnection, sql: string): Promise<Record<string, Cell>> {
  const [row] = await rowsOf(connection, sql);
  return row ?? {};
}

type Column = Uint8Array | Uint16Array | Int32Array | Float32Array;
type ColumnKind = 'u8' | 'u16' | 'i32' | 'f32';

const makers: Record<ColumnKind, (length: number) => Column> = {
  u8: (length) => new Uint8Array(length),
  u16: (length) => new Uint16Array(length),
  i32: (length) => new Int32Array(length),
  f32: (length) => new Float32Array(length),
};

/**
 * Reads whole columns without NULLs into typed arrays, in the order of the query.
 * @param rows Number of rows the query returns.
 * @param kinds One kind per column, matching its SQL type.
 */
export async function readColumns(
  connection: DuckDBConnection,
  sql: string,
  rows: number,
  kinds: readonly ColumnKind[],
): Promise<Column[]> {
  const columns = kinds.map((kind) => makers[kind](rows));
  const result = await connection.stream(sql);
  let start = 0;
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (let k = 0; k < columns.length; k++) {
      // The vector's own array is copied whole: reading item by item would cost a check per value.
      const vector = chunk.getColumnVector(k) as unknown as { readonly items: Column };
      columns[k].set(vector.items.subarray(0, chunk.rowCount), start);
    }
    start += chunk.rowCount;
  }
  if (start !== rows) throw new Error(`expected ${rows} rows and read ${start}`);
  return columns;
}

/** A name as SQL writes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL writes it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The first line of DuckDB's message, without its class and position. */
export function sqlMessage(problem: unknown): string {
  const text = problem instanceof Error ? problem.message : String(problem);
  return text
    .split('\n')[0]
    .replace(/^[A-Z][A-Za-z ]* Error: /, '')
    .trim();
}

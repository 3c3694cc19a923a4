import type { DuckDBConnection } from '@duckdb/node-api';
import { DataError } from '../error';
import type { DataSchema } from '../schema';
import { literal, quoted, rowOf, rowsOf } from './duckdb';
import type { HashedFile } from './fingerprint';
import { checkLabels, checkNumbers, checkOverlap } from './row-checks';
import { type Rows, runBlaming } from './rows';
import { splitSql, uniformSql } from './split-sql';
import { whoHasWhat } from './task-scenarios';

/** What was found while the rows were chosen. */
export interface PreparedRows {
  /** Values of the scenarios that are kept, in order. */
  readonly scenarios: readonly string[];
  /** Which of them has which task, `[task][scenario]`. */
  readonly has: readonly (readonly boolean[])[];
  readonly sourceRows: number;
  readonly repeatedRows: number;
  /** Dropped rows by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/**
 * Makes the table `kept`: one row per row of the data set, with columns `scenario` (index), `split` (0 train,
 * 1 validation, 2 test), `source_row`, labels `l0 …`, and the raw values of the fields `f0 …`.
 * @throws DataError about labels, numbers, scenarios and splits that cannot be used.
 */
export async function prepareRows(
  connection: DuckDBConnection,
  schema: DataSchema,
  rows: Rows,
  files: readonly HashedFile[],
): Promise<PreparedRows> {
  await checkNumbers(connection, schema, rows, files);
  await checkOverlap(connection, schema, rows);
  const content = rows.columns.filter((name) => !/^source_(row|file)(_\d+)?$/.test(name)).map(quoted);
  const position = rows.columns.includes('source_row') ? 'source_row' : `hash(${content.join(', ')})`;
  const file = rows.columns.includes('source_file') ? 'source_file' : "''";
  const values = rows.fields.map((field, k) => `${valueSql(schema, rows, k, field.sql)} AS f${k}`);
  const scenarios = await chooseScenarios(connection, schema, rows);
  const has = whoHasWhat(schema, scenarios);
  const index = `list_position([${scenarios.map(literal).join(', ')}], CAST(${rows.scenario.sql} AS VARCHAR)) - 1`;
  // Whatever stands in the column of a task that a scenario does not have is no label.
  const labels = rows.tasks.map(({ sql }, k) => {
    return has[k].every(Boolean) ? `${sql} AS l${k}` : `CASE WHEN ${among(index, has[k])} THEN ${sql} END AS l${k}`;
  });
  await runBlaming(
    connection,
    rows,
    `CREATE TABLE prepared AS SELECT CAST(${index} AS UTINYINT) AS scenario, ` +
      `${splitSql(schema.split, rows, position, file)} AS split, ${position} AS source_row, ${file} AS source_file, ` +
      `hash(${content.join(', ')}) AS content, ${[...labels, ...values].join(', ')} FROM ${rows.view}`,
  );
  await checkLabels(connection, rows);
  const dropped = await keepRows(connection, schema, has);
  await checkSplits(connection, schema, scenarios);
  const { total, distinct } = await rowOf(
    connection,
    'SELECT count(*) AS total, count(DISTINCT content) AS distinct FROM prepared',
  );
  return { scenarios, has, sourceRows: Number(total), repeatedRows: Number(total) - Number(distinct), dropped };
}

/** SQL for "one of the scenarios that have the task". */
function among(index: string, has: readonly boolean[]): string {
  return `${index} IN (${has.flatMap((own, s) => (own ? [s] : [])).join(', ')})`;
}

function valueSql(schema: DataSchema, rows: Rows, k: number, sql: string): string {
  const rule = schema.fields[k];
  if (rule.kind === 'categorical' && rule.bins === undefined) return sql;
  const number =
    rows.types.get(rows.fields[k].where) === 'VARCHAR' ? `TRY_CAST(${sql} AS DOUBLE)` : `CAST(${sql} AS DOUBLE)`;
  // An infinite value has no place on any scale; it counts as missing.
  return `CASE WHEN isfinite(${number}) THEN ${number} END`;
}

async function chooseScenarios(connection: DuckDBConnection, schema: DataSchema, rows: Rows): Promise<string[]> {
  const found = await rowsOf(
    connection,
    `SELECT CAST(${rows.scenario.sql} AS VARCHAR) AS scenario, count(*) AS n FROM ${rows.view} ` +
      'GROUP BY 1 HAVING scenario IS NOT NULL ORDER BY n DESC, scenario LIMIT 1001',
  );
  const values = found.map((row) => String(row.scenario));
  if (values.length === 0) throw new DataError(`schema "${schema.name}": there are no rows with a scenario`);
  const wanted = schema.scenario.values?.map(String);
  if (wanted === undefined) {
    if (values.length <= 255) return values;
    throw new DataError(
      `schema "${schema.name}": ${schema.scenario.expression} has more than 255 values; list the scenarios to keep in "scenario.values"`,
    );
  }
  const empty = wanted.find((value) => !values.includes(value));
  if (empty === undefined) return wanted;
  throw new DataError(
    `schema "${schema.name}": scenario "${empty}" has no rows; ${schema.scenario.expression} has the values ` +
      `${values.slice(0, 12).join(', ')}. Correct "scenario.values" or give the files that hold it`,
  );
}

/** Makes the view (or, where rows must be compared, the table) `kept`; counts what falls away. */
async function keepRows(
  connection: DuckDBConnection,
  schema: DataSchema,
  has: PreparedRows['has'],
): Promise<Record<string, number>> {
  const lacks = (k: number) =>
    has[k].every(Boolean) ? `l${k} IS NULL` : `(l${k} IS NULL AND ${among('scenario', has[k])})`;
  const unlabelled = schema.tasks.map((_, k) => lacks(k)).join(' OR ');
  const counts = await rowOf(
    connection,
    'SELECT count(*) AS all, count(*) FILTER (scenario IS NULL) AS scenario, ' +
      'count(*) FILTER (scenario IS NOT NULL AND split IS NULL) AS split, ' +
      `count(*) FILTER (scenario IS NOT NULL AND split IS NOT NULL AND (${unlabelled})) AS label FROM prepared`,
  );
  const wanted = `SELECT * FROM prepared WHERE scenario IS NOT NULL AND split IS NOT NULL AND NOT (${unlabelled})`;
  const first = 'QUALIFY row_number() OVER (PARTITION BY content ORDER BY source_row) = 1';
  await connection.run(
    schema.duplicates === 'drop' ? `CREATE TABLE single AS ${wanted} ${first}` : `CREATE VIEW single AS ${wanted}`,
  );
  const limit = schema.limits?.rowsPerScenario;
  const order = `row_number() OVER (PARTITION BY scenario ORDER BY ${uniformSql(1, 'source_row')}, source_row)`;
  await connection.run(
    limit === undefined
      ? 'CREATE VIEW kept AS SELECT * FROM single'
      : `CREATE TABLE kept AS SELECT * FROM single QUALIFY ${order} <= ${limit}`,
  );
  const { single, kept } = await rowOf(
    connection,
    'SELECT (SELECT count(*) FROM single) AS single, (SELECT count(*) FROM kept) AS kept',
  );
  const candidates = Number(counts.all) - Number(counts.scenario) - Number(counts.split) - Number(counts.label);
  const dropped = {
    'of other scenarios': Number(counts.scenario),
    'of no split': Number(counts.split),
    'without a label': Number(counts.label),
    'repeating another row': candidates - Number(single),
    'beyond the limit': Number(single) - Number(kept),
  };
  return Object.fromEntries(Object.entries(dropped).filter(([, count]) => count > 0));
}

async function checkSplits(
  connection: DuckDBConnection,
  schema: DataSchema,
  scenarios: readonly string[],
): Promise<void> {
  const found = await rowsOf(connection, 'SELECT scenario, split FROM kept GROUP BY ALL');
  const present = new Set(found.map((row) => `${row.scenario}/${row.split}`));
  for (const [s, scenario] of scenarios.entries()) {
    for (const [k, split] of ['train', 'validation', 'test'].entries()) {
      if (present.has(`${s}/${k}`)) continue;
      throw new DataError(
        `schema "${schema.name}": scenario "${scenario}" has no ${split} rows; ` +
          'change the split, or leave this scenario out of "scenario.values"',
      );
    }
  }
}

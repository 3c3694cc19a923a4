import type { DuckDBConnection } from '@duckdb/node-api';
import { DataError, hint } from '../error';
import type { DataSchema, FieldRule } from '../schema';
import { literal, quoted, rowOf, rowsOf, sqlMessage } from './duckdb';

/** One expression of a schema, ready for SQL. */
export interface Expression {
  /** Where it stands, for messages: `fields "hour"`. */
  readonly where: string;
  readonly sql: string;
}

/** The rows of a data set as a SQL view, with every expression of the schema resolved and typed. */
export interface Rows {
  /** The view's name, quoted. */
  readonly view: string;
  readonly columns: readonly string[];
  readonly scenario: Expression;
  readonly tasks: readonly Expression[];
  readonly fields: readonly Expression[];
  readonly split: Readonly<Record<string, Expression>>;
  /** SQL type by `where`. */
  readonly types: ReadonlyMap<string, string>;
}

const VIEW = '"all rows"';

/**
 * Makes the view of all rows and checks every expression against it.
 * @throws DataError naming the expression, the missing column and the nearest one.
 */
export async function makeRows(connection: DuckDBConnection, schema: DataSchema): Promise<Rows> {
  const query = schema.query ?? `SELECT * FROM ${quoted(schema.sources[0].name)}`;
  try {
    await connection.run(`CREATE VIEW ${VIEW} AS ${query}`);
  } catch (problem) {
    throw new DataError(`schema "${schema.name}", query: ${sqlMessage(problem)}`);
  }
  const described = await rowsOf(connection, `DESCRIBE ${VIEW}`);
  const columns = described.map((row) => String(row.column_name));
  const resolve = (where: string, text: string): Expression => {
    const column = columns.find((name) => name.toLowerCase() === text.trim().toLowerCase());
    return { where, sql: column === undefined ? `(${text})` : quoted(column) };
  };
  const own = (kind: string, rule: { name: string; expression?: string }) =>
    rule.expression === undefined
      ? { where: `${kind} "${rule.name}"`, sql: quoted(rule.name) }
      : resolve(`${kind} "${rule.name}"`, rule.expression);
  const rows = {
    view: VIEW,
    columns,
    scenario: resolve('scenario', schema.scenario.expression),
    tasks: schema.tasks.map((rule) => own('task', rule)),
    fields: schema.fields.map((rule: FieldRule) => own('field', rule)),
    split: splitExpressions(schema, resolve),
  };
  return { ...rows, types: await typesOf(connection, schema, rows) };
}

/** Every expression of the rows, in a fixed order. */
export function expressionsOf(rows: Omit<Rows, 'types'>): Expression[] {
  return [rows.scenario, ...rows.tasks, ...rows.fields, ...Object.values(rows.split)];
}

/** The columns that an expression reads, per expression, in lower case. */
export async function columnsRead(
  connection: DuckDBConnection,
  expressions: readonly Expression[],
): Promise<Set<string>[]> {
  const statement = `SELECT ${expressions.map((expression) => expression.sql).join(', ')}`;
  const { tree } = await rowOf(connection, `SELECT json_serialize_sql(${literal(statement)}) AS tree`);
  const parsed = JSON.parse(String(tree)) as { statements?: { node: { select_list: unknown[] } }[] };
  const list = parsed.statements?.[0]?.node.select_list ?? [];
  return expressions.map((_, k) => {
    const found = new Set<string>();
    collectColumns(list[k], found);
    return found;
  });
}

/** Runs a statement over the rows; where it fails, finds the expression that is to blame. */
export async function runBlaming(connection: DuckDBConnection, rows: Rows, statement: string): Promise<void> {
  try {
    await connection.run(statement);
  } catch (problem) {
    for (const expression of expressionsOf(rows)) {
      try {
        await connection.run(`SELECT count(${expression.sql}) FROM ${rows.view}`);
      } catch (own) {
        throw new DataError(`${expression.where}: ${expression.sql} fails: ${sqlMessage(own)}`);
      }
    }
    throw new DataError(`the rows cannot be read: ${sqlMessage(problem)}`);
  }
}

function splitExpressions(
  schema: DataSchema,
  resolve: (where: string, text: string) => Expression,
): Record<string, Expression> {
  const { split } = schema;
  if ('by' in split) {
    const names = ['train', 'validation', 'test'] as const;
    return Object.fromEntries(names.map((name) => [name, resolve(`split "${name}"`, split.by[name])]));
  }
  return split.together === undefined ? {} : { together: resolve('split "together"', split.together) };
}

async function typesOf(
  connection: DuckDBConnection,
  schema: DataSchema,
  rows: Omit<Rows, 'types'>,
): Promise<Map<string, string>> {
  const all = expressionsOf(rows);
  const describe = (list: readonly Expression[]) =>
    rowsOf(connection, `DESCRIBE SELECT ${list.map((e, k) => `${e.sql} AS e${k}`).join(', ')} FROM ${rows.view}`);
  try {
    const described = await describe(all);
    return new Map(all.map((expression, k) => [expression.where, String(described[k].column_type)]));
  } catch (problem) {
    for (const expression of all) {
      try {
        await describe([expression]);
      } catch (own) {
        throw expressionProblem(schema, expression, rows.columns, own);
      }
    }
    throw new DataError(`schema "${schema.name}": ${sqlMessage(problem)}`);
  }
}

function expressionProblem(
  schema: DataSchema,
  expression: Expression,
  columns: readonly string[],
  problem: unknown,
): DataError {
  const where = `schema "${schema.name}", ${expression.where}`;
  const missing = /Referenced column "(.*?)" (?:not found|was not found)/.exec(sqlMessage(problem))?.[1];
  if (missing === undefined) return new DataError(`${where}: ${sqlMessage(problem)} (in ${expression.sql})`);
  const files = schema.sources.map((source) => [source.files].flat().join(', ')).join('; ');
  return new DataError(`${where}: there is no column "${missing}" in ${files}; ${hint(missing, columns)}`);
}

function collectColumns(node: unknown, found: Set<string>): void {
  if (Array.isArray(node)) {
    for (const child of node) collectColumns(child, found);
  } else if (typeof node === 'object' && node !== null) {
    const { class: kind, column_names: names } = node as { class?: string; column_names?: string[] };
    if (kind === 'COLUMN_REF' && names !== undefined) found.add(names[names.length - 1].toLowerCase());
    for (const child of Object.values(node)) collectColumns(child, found);
  }
}

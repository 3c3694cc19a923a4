import type { DuckDBConnection } from '@duckdb/node-api';
import type { CategoricalRule } from '../schema';
import { type CategoricalField, MISSING_ID, UNSEEN_ID } from '../types';
import { rowOf, rowsOf } from './duckdb';

/** The ids of one categorical field, learnt from the training split. */
export interface Vocabulary {
  readonly field: CategoricalField;
  /** SQL that gives the id of a row of `kept AS k`. */
  readonly id: string;
  /** SQL of the join that `id` needs; empty where it needs none. */
  readonly join: string;
  /** Values of the training split that are too rare for an id of their own. */
  readonly foldedValues: number;
  /** Training rows that hold them. */
  readonly foldedRows: number;
}

/** Texts of the first two ids, the same in every field. */
export const RESERVED_VALUES = ['(missing)', '(unseen)'] as const;

/**
 * Learns the ids of column `f<k>`: dense from 2, most frequent training value first, ties by value.
 * @param k Position of the field in the schema, and of its column in `kept`.
 */
export async function learnVocabulary(
  connection: DuckDBConnection,
  rule: CategoricalRule,
  k: number,
): Promise<Vocabulary> {
  return rule.bins === undefined ? learnValues(connection, rule, k) : learnBins(connection, rule, k, rule.bins);
}

/** The smallest SQL integer type for ids below `size`. */
export function idType(size: number): 'UTINYINT' | 'USMALLINT' | 'INTEGER' {
  if (size <= 256) return 'UTINYINT';
  return size <= 65536 ? 'USMALLINT' : 'INTEGER';
}

async function learnValues(connection: DuckDBConnection, rule: CategoricalRule, k: number): Promise<Vocabulary> {
  const least = rule.minimumCount ?? 1;
  await connection.run(
    `CREATE TABLE v${k} AS SELECT value, n, CAST(row_number() OVER (ORDER BY n DESC, value) + 1 AS INTEGER) AS id FROM ` +
      `(SELECT f${k} AS value, count(*) AS n FROM kept WHERE split = 0 AND f${k} IS NOT NULL GROUP BY 1)`,
  );
  // Ids follow the counts downwards, so the rare values are the last ones.
  const values = await rowsOf(
    connection,
    `SELECT CAST(value AS VARCHAR) AS value FROM v${k} WHERE n >= ${least} ORDER BY id`,
  );
  const folded = await rowOf(
    connection,
    `SELECT count(*) AS count, coalesce(sum(n), 0)::BIGINT AS total FROM v${k} WHERE n < ${least}`,
  );
  const size = values.length + 2;
  return {
    field: {
      kind: 'categorical',
      name: rule.name,
      size,
      values: [...RESERVED_VALUES, ...values.map((row) => String(row.value))],
    },
    id: `CASE WHEN k.f${k} IS NULL THEN ${MISSING_ID} ELSE coalesce(v${k}.id, ${UNSEEN_ID}) END::${idType(size)}`,
    join: `LEFT JOIN (SELECT value, id FROM v${k} WHERE n >= ${least}) AS v${k} ON k.f${k} = v${k}.value`,
    foldedValues: Number(folded.count),
    foldedRows: Number(folded.total),
  };
}

async function learnBins(
  connection: DuckDBConnection,
  rule: CategoricalRule,
  k: number,
  bins: number,
): Promise<Vocabulary> {
  const cuts = Array.from({ length: bins - 1 }, (_, i) => (i + 1) / bins).join(', ');
  const { edges: found } = await rowOf(
    connection,
    `SELECT to_json(quantile_cont(f${k}, [${cuts}])) AS edges FROM kept WHERE split = 0`,
  );
  const edges = [...new Set((JSON.parse(String(found ?? '[]')) ?? []) as number[])].sort((a, b) => a - b);
  const texts = [...edges, Number.POSITIVE_INFINITY].map((edge, i) =>
    binText(edges[i - 1] ?? Number.NEGATIVE_INFINITY, edge),
  );
  const steps = edges.map((edge) => ` + (k.f${k} >= ${edge})::INTEGER`).join('');
  const size = texts.length + 2;
  return {
    field: { kind: 'categorical', name: rule.name, size, values: [...RESERVED_VALUES, ...texts] },
    id: `CASE WHEN k.f${k} IS NULL THEN ${MISSING_ID} ELSE 2${steps} END::${idType(size)}`,
    join: '',
    foldedValues: 0,
    foldedRows: 0,
  };
}

function binText(from: number, to: number): string {
  const short = (value: number) => String(Number(value.toPrecision(6)));
  if (from === Number.NEGATIVE_INFINITY) return to === Number.POSITIVE_INFINITY ? 'any' : `below ${short(to)}`;
  return to === Number.POSITIVE_INFINITY ? `${short(from)} and above` : `${short(from)} to ${short(to)}`;
}

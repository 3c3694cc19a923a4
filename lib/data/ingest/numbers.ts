import type { DuckDBConnection } from '@duckdb/node-api';
import { DataError } from '../error';
import type { NumericalRule, Transform } from '../schema';
import type { NumericalField } from '../types';
import { rowOf } from './duckdb';

/** The scaling of one numerical field, learnt from the training split. */
export interface Scale {
  readonly field: NumericalField;
  /** SQL that gives the scaled number of a row of `kept AS k`; never NULL. */
  readonly number: string;
  /** Kept rows without a value. */
  readonly missing: number;
}

/**
 * Learns centre and scale of numerical columns from the training rows of all scenarios.
 * @param rules Each rule with the position of its column `f<k>` in `kept`.
 * @throws DataError where a transform cannot be applied to a value.
 */
export async function learnScales(
  connection: DuckDBConnection,
  rules: readonly { readonly rule: NumericalRule; readonly k: number }[],
): Promise<Scale[]> {
  if (rules.length === 0) return [];
  const value = ({ rule, k }: (typeof rules)[number]) => transformed(rule.transform ?? 'none', `f${k}`);
  const sums = rules.flatMap((one) => [
    `avg(${value(one)}) AS mean${one.k}`,
    `stddev_pop(${value(one)}) AS deviation${one.k}`,
    ...(one.rule.scaling === 'minmax'
      ? [`min(${value(one)}) AS least${one.k}`, `max(${value(one)}) AS most${one.k}`]
      : []),
  ]);
  const counts = rules.flatMap(({ k }) => [`min(f${k}) AS low${k}`, `count(*) - count(f${k}) AS missing${k}`]);
  const all = await rowOf(connection, `SELECT ${counts.join(', ')} FROM kept`);
  // Sums of floating-point numbers depend on their order, so one thread makes them: the data are then the same for
  // every number of threads.
  const { threads } = await rowOf(connection, "SELECT current_setting('threads') AS threads");
  await connection.run('SET threads = 1');
  const train = await rowOf(connection, `SELECT ${sums.join(', ')} FROM kept WHERE split = 0`);
  await connection.run(`SET threads = ${threads}`);
  const found = { ...all, ...train };
  return rules.map(({ rule, k }) => {
    const number = (name: string) => Number(found[`${name}${k}`] ?? 0);
    checkDomain(rule, number('low'));
    const scaling = rule.scaling ?? 'standard';
    const centre = scaling === 'standard' ? number('mean') : scaling === 'minmax' ? number('least') : 0;
    const spread = scaling === 'standard' ? number('deviation') : scaling === 'minmax' ? number('most') - centre : 1;
    return describe(rule, k, { centre, spread, missing: number('missing') });
  });
}

/** The value of a scaled number before it was scaled and transformed. */
export function unscale(field: NumericalField, value: number): number {
  const inner = value * field.scale + field.centre;
  if (field.transform === 'log1p') return Math.expm1(inner);
  if (field.transform === 'signed-log1p') return Math.sign(inner) * Math.expm1(Math.abs(inner));
  return field.transform === 'sqrt' ? inner * inner : inner;
}

/** Whether a spread is no more than rounding error around a centre: such a column is constant. */
export function isConstant(centre: number, spread: number): boolean {
  return !(spread > 1e-9 * Math.max(1e-9, Math.abs(centre)));
}

function describe(rule: NumericalRule, k: number, found: { centre: number; spread: number; missing: number }): Scale {
  const { centre, spread, missing } = found;
  const constant = isConstant(centre, spread);
  const transform = rule.transform ?? 'none';
  const scaled = `(${transformed(transform, `k.f${k}`)} - (${centre}::DOUBLE)) / ${constant ? 1 : spread}::DOUBLE`;
  return {
    field: { kind: 'numerical', name: rule.name, transform, centre, scale: constant ? 1 : spread },
    number: constant ? '0::FLOAT' : `coalesce(${scaled}, 0)::FLOAT`,
    missing,
  };
}

function transformed(transform: Transform, value: string): string {
  // `greatest` keeps SQL from failing on a value outside the domain; `checkDomain` then reports it by name.
  if (transform === 'log1p') return `ln(1 + greatest(${value}, -0.999999999))`;
  if (transform === 'signed-log1p') return `sign(${value}) * ln(1 + abs(${value}))`;
  return transform === 'sqrt' ? `sqrt(greatest(${value}, 0))` : value;
}

function checkDomain(rule: NumericalRule, low: number): void {
  const limit = rule.transform === 'log1p' ? -0.999999999 : rule.transform === 'sqrt' ? 0 : Number.NEGATIVE_INFINITY;
  if (low >= limit) return;
  throw new DataError(
    `field "${rule.name}": its least value is ${low}, which has no ${rule.transform}; use "signed-log1p" or another expression`,
  );
}

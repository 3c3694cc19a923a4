import { permutation, seedAt } from '../../backend/random';
import { ConfigError } from '../config';
import type { StudySetting } from '../description';
import { pointsOf, withOption } from '../grid';

/** Numbers between two ends; `log`: every factor is as likely as every other. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly scale?: 'linear' | 'log';
}

/** What a search varies: by dotted option, a list of values or a range. */
export type SearchSpace = Readonly<Record<string, readonly (string | number)[] | Range>>;

/**
 * Candidates of a search: the whole grid, or `count` of them at random. The same seed gives the same candidates; where
 * all options are lists none comes twice.
 *
 * @throws ConfigError where the whole grid of a range is asked for
 */
export function candidatesOf(space: SearchSpace, count: number | 'all', seed: number): readonly StudySetting[] {
  const lists = Object.entries(space).flatMap(([option, values]) =>
    isList(values) ? [[option, values] as const] : [],
  );
  if (lists.length === Object.keys(space).length) {
    const grid = pointsOf(Object.fromEntries(lists));
    if (count === 'all' || count >= grid.length) return grid;
    return [...permutation(grid.length, seed).subarray(0, count)].map((place) => grid[place]);
  }
  if (count === 'all') {
    throw new ConfigError('A range has no end of candidates: give their number, or a list of values in its place.');
  }
  return Array.from({ length: count }, (_, place) =>
    Object.entries(space).reduce<StudySetting>(
      (point, [option, values]) => withOption(point, option, valueAt(values, seedAt(seed, option, place) / 2 ** 31)),
      { setting: {} },
    ),
  );
}

const isList = (values: readonly (string | number)[] | Range): values is readonly (string | number)[] =>
  Array.isArray(values);

/** The value at a share (0 … 1) of a list or range; those of a range with three digits, so that they can be read. */
function valueAt(values: readonly (string | number)[] | Range, share: number): string | number {
  if (isList(values)) return values[Math.floor(share * values.length)];
  const { from, to, scale = 'linear' } = values;
  const value = scale === 'log' ? from * (to / from) ** share : from + (to - from) * share;
  return Number(value.toPrecision(3));
}

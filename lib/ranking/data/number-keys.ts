import type { Keys } from './raw';

/** Numbers for the distinct keys of a file, 0, 1, … in the order of the keys, so that the order of lines does not matter. */
export interface Numbering {
  readonly count: number;
  /** The number of a key, `undefined` for one that is not known. */
  readonly of: (key: string | number) => number | undefined;
  /** The key of each number. */
  readonly keys: readonly (string | number)[];
}

/** Numbers the distinct keys: numbers by size, texts by their characters. */
export function numberKeys(keys: Keys): Numbering {
  const distinct = new Set<string | number>();
  for (let k = 0; k < keys.length; k++) distinct.add(keys[k]);
  const sorted = [...distinct].sort((a, b) => (a < b ? -1 : 1));
  const numbers = new Map(sorted.map((key, number) => [key, number]));
  return { count: sorted.length, of: (key) => numbers.get(key), keys: sorted };
}

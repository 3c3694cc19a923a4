import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * The seed at one place of the seed tree: a 31-bit integer that depends on every part of the path.
 *
 * `seedAt(7, 'client', 'NL', 'rows', 3)` is the same on every machine and unrelated to its neighbours, so data,
 * initial values, dropout and sampling draw from streams of their own.
 */
export function seedAt(root: number, ...path: (string | number)[]): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([root, ...path]))
    .digest();
  return digest.readUInt32LE(0) >>> 1;
}

/** The numbers 0 … count − 1 in an order that the seed decides (Fisher–Yates). */
export function permutation(count: number, seed: number): Int32Array {
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  const generator = xoroshiro128plus(seed);
  for (let i = count - 1; i > 0; i--) {
    const j = uniformInt(generator, 0, i);
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
}

import { permutation, seedAt } from '../../backend/random';
import type { Interactions } from '../types';

/**
 * How interactions are split 60/20/20, at random either way. `per-user` (default): of each user's own, so that every
 * user trains; `global`: of all, where some users may be left without a training interaction.
 */
export type SplitWay = 'per-user' | 'global';

export const splitWays: readonly SplitWay[] = ['per-user', 'global'];

const TRAIN = 0.6;
const TRAIN_AND_VALIDATION = 0.8;

/** Training, validation and test interactions, each in the order of the given ones; `chosen` are the training positions. */
export interface SplitInteractions {
  readonly train: Interactions;
  readonly validation: Interactions;
  readonly test: Interactions;
  readonly chosen: Int32Array;
}

/**
 * Splits interactions 60/20/20 by chance [paper]; that each user is split alone is [choice], as the paper does not say.
 *
 * The shares are rounded: of `n` interactions of a user the first round(0.6 n) of a random order, at least one, are for
 * training and those up to round(0.8 n) for validation. So one interaction trains; of two, the other is for validation; of three,
 * the third is for the test.
 *
 * @param users number of users
 */
export function splitInteractions(
  { users: owners, items }: Interactions,
  users: number,
  seed: number,
  way: SplitWay = 'per-user',
): SplitInteractions {
  const count = owners.length;
  const totals = new Int32Array(users);
  for (const user of owners) totals[user]++;
  const seen = new Int32Array(users);
  const parts = new Uint8Array(count);
  permutation(count, seedAt(seed, 'ranking', 'split')).forEach((at, place) => {
    const [rank, total] = way === 'global' ? [place, count] : [seen[owners[at]]++, totals[owners[at]]];
    const train = Math.max(1, Math.round(TRAIN * total));
    parts[at] = rank < train ? 0 : rank < Math.round(TRAIN_AND_VALIDATION * total) ? 1 : 2;
  });
  const places = (part: number) => Int32Array.from(owners.keys()).filter((at) => parts[at] === part);
  const at = (chosen: Int32Array) => ({ users: chosen.map((k) => owners[k]), items: chosen.map((k) => items[k]) });
  const chosen = places(0);
  return { train: at(chosen), validation: at(places(1)), test: at(places(2)), chosen };
}

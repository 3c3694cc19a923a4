import type { RankingDataset } from '../../lib/ranking/types';

/** A data set from pairs of user and item; what is not given is absent. */
export function rankingDatasetOf(
  users: number,
  items: number,
  train: readonly (readonly [number, number])[],
  more: Partial<RankingDataset> = {},
): RankingDataset {
  const nothing = pairsOf([]);
  return {
    ...{ name: 'tiny', fingerprint: 'tiny', users, items, warnings: [] },
    ...{ train: pairsOf(train), validation: nothing, test: nothing },
    ...more,
  };
}

export const pairsOf = (pairs: readonly (readonly [number, number])[]) => ({
  users: Int32Array.from(pairs, ([user]) => user),
  items: Int32Array.from(pairs, ([, item]) => item),
});

export const linksOf = (pairs: readonly (readonly [number, number])[]) => ({
  first: Int32Array.from(pairs, ([a]) => a),
  second: Int32Array.from(pairs, ([, b]) => b),
});

/** A batch of all training interactions. */
export const wholeBatch = ({ train }: RankingDataset) => ({ ...train, numbers: train.users.map((_, k) => k) });

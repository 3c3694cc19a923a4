import type { RankingDataset } from '../../lib/ranking/types';

/** Every interaction of a data set as [user, item], sorted. */
export const all = ({ train, validation, test }: RankingDataset) =>
  [train, validation, test]
    .flatMap(({ users, items }) => Array.from(users, (user, k) => [user, items[k]]))
    .sort(([a, b], [c, d]) => a - c || b - d);
export const linksOf = (links: RankingDataset['social']) =>
  links && Array.from(links.first, (one, k) => [one, links.second[k]]);

import type { RankingSource } from './raw';
import { readText } from './read-text';

/**
 * Last.fm of HetRec 2011: who listens to which artist how often, and friendships.
 *
 * Files: those of the archive (`user_artists.dat`, `user_friends.dat`, tab-separated with a header) or the same without a
 * header (`ratings.txt`, `trusts.txt`). Listens are counts with a long tail, so the value of an interaction is
 * ln(1 + listens) [choice].
 */
export const lastfm2k: RankingSource = {
  name: 'lastfm-2k',
  description: 'Last.fm of HetRec 2011: listens and friendships; non-commercial research',
  obtain: 'see data/lastfm-2k/README.md.',
  files: { listens: ['user_artists.dat', 'ratings.txt'], friends: ['user_friends.dat', 'trusts.txt'] },
  async read({ listens, friends }) {
    const [users, items, counts] = await readText(listens, [
      { name: 'userID', type: 'integer' },
      { name: 'artistID', type: 'integer' },
      { name: 'weight', type: 'number' },
    ]);
    const [first, second] = await readText(friends, [
      { name: 'userID', type: 'integer' },
      { name: 'friendID', type: 'integer' },
    ]);
    return { users, items, values: counts.map(Math.log1p), social: { first, second } };
  },
};

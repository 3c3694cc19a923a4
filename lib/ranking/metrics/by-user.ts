import type { Interactions } from '../types';

/** Items by user, in compressed rows. */
export interface ItemsByUser {
  /** The user's items, ascending. */
  readonly of: (user: number) => Int32Array;
}

/** Groups interactions by user; several lists count as one. */
export function itemsByUser(users: number, ...lists: readonly Interactions[]): ItemsByUser {
  const starts = new Int32Array(users + 1);
  for (const list of lists) for (const user of list.users) starts[user + 1]++;
  for (let user = 0; user < users; user++) starts[user + 1] += starts[user];
  const next = starts.slice(0, users);
  const items = new Int32Array(starts[users]);
  for (const list of lists) {
    list.users.forEach((user, k) => {
      items[next[user]++] = list.items[k];
    });
  }
  const of = (user: number) => items.subarray(starts[user], starts[user + 1]);
  for (let user = 0; user < users; user++) of(user).sort();
  return { of };
}

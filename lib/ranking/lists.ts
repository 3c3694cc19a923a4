import type { Places } from './draws';
import type { Interactions, Links } from './types';

/** A list of numbers for each of some owners (items of a user, friends of a user), one after another and each in order. */
export interface Lists {
  /** First place of each owner's list and the end of the last, `[owners + 1]`. */
  readonly starts: Int32Array;
  readonly members: Int32Array;
}

/** Lists from pairs of owner and member. */
export function listsOf(owners: Int32Array, members: Int32Array, count: number): Lists {
  const starts = new Int32Array(count + 1);
  for (const owner of owners) starts[owner + 1]++;
  for (let owner = 0; owner < count; owner++) starts[owner + 1] += starts[owner];
  const next = starts.slice();
  const sorted = new Int32Array(members.length);
  for (let k = 0; k < owners.length; k++) sorted[next[owners[k]]++] = members[k];
  for (let owner = 0; owner < count; owner++) sorted.subarray(starts[owner], starts[owner + 1]).sort();
  return { starts, members: sorted };
}

/** The items of each user. */
export const itemsOfUsers = ({ users, items }: Interactions, count: number): Lists => listsOf(users, items, count);

/** The neighbours of each of `count` numbers, at both ends of every link. */
export function neighboursOf({ first, second }: Links, count: number): Lists {
  const ends = new Int32Array(2 * first.length);
  const others = new Int32Array(2 * first.length);
  ends.set(first);
  ends.set(second, first.length);
  others.set(second);
  others.set(first, first.length);
  return listsOf(ends, others, count);
}

export const lengthOf = ({ starts }: Lists, owner: number): number => starts[owner + 1] - starts[owner];

/** Whether a number stands in an owner's list. */
export function holds({ starts, members }: Lists, owner: number, member: number): boolean {
  let low = starts[owner];
  let high = starts[owner + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (members[middle] < member) low = middle + 1;
    else high = middle;
  }
  return low < starts[owner + 1] && members[low] === member;
}

/** One of an owner's numbers, each as likely as the others. The list must not be empty. */
export const drawMember = (lists: Lists, owner: number, places: Places): number =>
  lists.members[lists.starts[owner] + places.below(lengthOf(lists, owner))];

/** One of 0 … count − 1 that an owner's list does not hold, each as likely as the others; there must be one. */
export function drawOther(lists: Lists, owner: number, count: number, places: Places): number {
  for (;;) {
    const other = places.below(count);
    if (!holds(lists, owner, other)) return other;
  }
}

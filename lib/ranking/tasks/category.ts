import { drawMember, lengthOf, listsOf } from '../lists';
import { pairwiseLoss } from './pairwise-loss';
import type { TaskKind } from './task';

/** Draws before an item is given up for lack of another one: in its category, or outside of all of them. */
const MOST_DRAWS = 100;

/**
 * Items of one category, PMTRec's second task on Epinion [paper], in BPR's form [choice]: for the item a of each
 * interaction of the batch, one of its categories and another item b in it, each drawn evenly, are to stand above an
 * item c that shares no category with a.
 *
 * Items without category, alone in the drawn one, or for which no c turns up in {@link MOST_DRAWS} draws are left out
 * [choice].
 */
export const category: TaskKind = {
  about: 'Which items are of one category.',
  missing({ categories }) {
    if (categories === undefined) return 'has no item categories';
    return categories.items.length === 0 ? 'has an empty list of item categories' : undefined;
  },
  make({ users, items, categories }) {
    const { items: listed, categories: numbers, count } = categories!;
    const ofItem = listsOf(listed, numbers, items);
    const inCategory = listsOf(numbers, listed, count);
    const categoriesOf = (item: number) => ofItem.members.subarray(ofItem.starts[item], ofItem.starts[item + 1]);
    return {
      name: 'category',
      parameters: [],
      sample(batch, places) {
        const draw = (next: () => number, fits: (item: number) => boolean) => {
          for (let tries = 0; tries < MOST_DRAWS; tries++) {
            const item = next();
            if (fits(item)) return item;
          }
          return undefined;
        };
        const rows: number[][] = [];
        for (const item of batch.items) {
          if (lengthOf(ofItem, item) === 0) continue;
          const own = categoriesOf(item);
          const chosen = drawMember(ofItem, item, places);
          const partner = draw(
            () => drawMember(inCategory, chosen, places),
            (other) => other !== item,
          );
          const stranger = draw(
            () => places.below(items),
            (other) => !categoriesOf(other).some((one) => own.includes(one)),
          );
          if (partner !== undefined && stranger !== undefined) rows.push([item, partner, stranger]);
        }
        return { roles: [0, 1, 2].map((role) => Int32Array.from(rows, (row) => users + row[role])) };
      },
      loss: ([item, partner, stranger]) => pairwiseLoss(item, partner, stranger),
    };
  },
};

import { drawMember, holds, lengthOf, neighboursOf } from '../lists';
import type { Links, RankingDataset } from '../types';
import { pairwiseLoss } from './pairwise-loss';
import type { TaskKind } from './task';

/** How to make a task of links between users or between items. */
interface LinkTask {
  readonly name: string;
  readonly about: string;
  readonly between: 'users' | 'items';
  links(dataset: RankingDataset): Links | undefined;
}

/**
 * A task that predicts links, in BPR's form: the mean of −log σ(e_a · e_b − e_a · e_c), where a is the user (or item) of
 * each interaction of the batch, b one of its links and c none of them, each drawn evenly.
 *
 * PMTRec prints no formula and says that all tasks get the same batch; the form, the anchors and how often each occurs
 * (as often as in the batch) are [choice]. Anchors without a link, or linked to all others, are left out.
 */
export const linkTask = ({ name, about, between, links }: LinkTask): TaskKind => ({
  about,
  missing(dataset) {
    const found = links(dataset);
    if (found === undefined) return `has no ${name} links`;
    return found.first.length === 0 ? `has an empty list of ${name} links` : undefined;
  },
  make(dataset) {
    const [count, first] = between === 'users' ? [dataset.users, 0] : [dataset.items, dataset.users];
    const linked = neighboursOf(links(dataset)!, count);
    return {
      name,
      parameters: [],
      sample(batch, places) {
        const anchors = batch[between].filter((a) => lengthOf(linked, a) > 0 && lengthOf(linked, a) + 1 < count);
        const stranger = (a: number) => {
          for (;;) {
            const other = places.below(count);
            if (other !== a && !holds(linked, a, other)) return other;
          }
        };
        const partners = anchors.map((a) => drawMember(linked, a, places));
        const strangers = anchors.map(stranger);
        return { roles: [anchors, partners, strangers].map((numbers) => numbers.map((number) => first + number)) };
      },
      loss: ([anchor, partner, stranger]) => pairwiseLoss(anchor, partner, stranger),
    };
  },
});

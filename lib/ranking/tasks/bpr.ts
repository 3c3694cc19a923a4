import { drawOther, itemsOfUsers, lengthOf } from '../lists';
import { pairwiseLoss } from './pairwise-loss';
import type { TaskKind } from './task';

/**
 * Bayesian personalised ranking, the main task (Rendle et al., UAI 2009): the mean of −log σ(e_u · e_i − e_u · e_j) over a
 * batch's interactions (u, i), with one item j that u did not take in training, each as likely as the others.
 *
 * PMTRec names BPR only as its single-task baseline [inferred]; one uniform negative and the mean are [choice]. A user
 * who took every item has no negative and is left out.
 */
export const bpr: TaskKind = {
  about: 'Who takes which item: a taken item above one that was not.',
  missing: () => undefined,
  make({ users, items, train }) {
    const taken = itemsOfUsers(train, users);
    return {
      name: 'bpr',
      parameters: [],
      sample(batch, places) {
        const kept = batch.numbers.map((_, k) => k).filter((k) => lengthOf(taken, batch.users[k]) < items);
        const owners = kept.map((k) => batch.users[k]);
        return {
          roles: [
            owners,
            kept.map((k) => users + batch.items[k]),
            owners.map((user) => users + drawOther(taken, user, items, places)),
          ],
        };
      },
      loss: ([user, item, other]) => pairwiseLoss(user, item, other),
    };
  },
};

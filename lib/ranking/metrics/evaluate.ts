import type { RankingDataset } from '../types';
import { itemsByUser } from './by-user';
import { type ScoringVectors, topItems } from './top-items';

/** What is ranked, and how it is judged. */
export interface RankingQuestion extends ScoringVectors {
  readonly dataset: Pick<RankingDataset, 'users' | 'items' | 'train' | 'validation' | 'test'>;
  readonly split: 'validation' | 'test';
  /** The K of Recall@K and NDCG@K; default 5, 10, 20, 40 [paper]. */
  readonly cutoffs?: readonly number[];
}

/** Metrics by cutoff, means over users. */
export interface RankingScores {
  /** Users with an item in the split: those that the means are over. */
  readonly users: number;
  readonly recall: Readonly<Record<number, number>>;
  readonly ndcg: Readonly<Record<number, number>>;
}

/** The same, user by user. */
export interface RankingScoresByUser {
  /** Numbers of the users with an item in the split, ascending. */
  readonly users: Int32Array;
  readonly recall: Readonly<Record<number, Float64Array>>;
  readonly ndcg: Readonly<Record<number, Float64Array>>;
}

export const rankingCutoffs: readonly number[] = [5, 10, 20, 40];

/**
 * Recall@K and NDCG@K, averaged over the users with an item in the split, over the full ranking of the items that they have not
 * taken before [paper]; how either is written is [choice], in its most common form:
 *
 * Recall@K = hits among the first K / items of the user in the split;
 * NDCG@K = Σ over hits of 1/log2(place + 1), places from 1, divided by the same sum with hits at places 1 … min(K, items).
 *
 * Not ranked: a user's training items, and for the test split also those of validation. Of equal scores, the smaller item
 * number stands first. Items that nobody trained on are ranked too.
 *
 * @throws RangeError where a vector is missing or not finite, a cutoff is not a whole number above 0, or no user has an item in the split.
 */
export function evaluateRanking(question: RankingQuestion): RankingScores {
  const each = rankingByUser(question);
  const count = each.users.length;
  if (count === 0)
    throw new RangeError(`no user has an item in the ${question.split} split: there is nothing to rank for`);
  const means = (all: Readonly<Record<number, Float64Array>>) =>
    Object.fromEntries(
      Object.entries(all).map(([cutoff, values]) => [cutoff, values.reduce((sum, one) => sum + one, 0) / count]),
    );
  return { users: count, recall: means(each.recall), ndcg: means(each.ndcg) };
}

/** `evaluateRanking` before the means: one figure per user, for tests of differences between methods. */
export function rankingByUser(question: RankingQuestion): RankingScoresByUser {
  const { dataset, split, cutoffs = rankingCutoffs } = question;
  check(question, cutoffs);
  const wanted = itemsByUser(dataset.users, dataset[split]);
  const before = split === 'test' ? [dataset.train, dataset.validation] : [dataset.train];
  const excluded = itemsByUser(dataset.users, ...before);
  const users = Int32Array.from(new Set(dataset[split].users)).sort();
  const deepest = Math.max(...cutoffs);
  const best = topItems(question, users, excluded.of, deepest);
  const discounts = Float64Array.from({ length: deepest }, (_, place) => 1 / Math.log2(place + 2));
  const ideal = discounts.map((_, place) => discounts.subarray(0, place + 1).reduce((sum, one) => sum + one, 0));
  const columns = () => Object.fromEntries(cutoffs.map((cutoff) => [cutoff, new Float64Array(users.length)]));
  const [recall, ndcg] = [columns(), columns()];
  users.forEach((user, k) => {
    const own = new Set(wanted.of(user));
    const ranked = best.subarray(k * deepest, (k + 1) * deepest);
    for (const cutoff of cutoffs) {
      let [hits, gain] = [0, 0];
      for (let place = 0; place < cutoff; place++) {
        if (!own.has(ranked[place])) continue;
        hits++;
        gain += discounts[place];
      }
      recall[cutoff][k] = hits / own.size;
      ndcg[cutoff][k] = gain / ideal[Math.min(cutoff, own.size) - 1];
    }
  });
  return { users, recall, ndcg };
}

function check({ userVectors, itemVectors, width, dataset }: RankingQuestion, cutoffs: readonly number[]): void {
  for (const [name, vectors, count] of [
    ['userVectors', userVectors, dataset.users],
    ['itemVectors', itemVectors, dataset.items],
  ] as const) {
    if (vectors.length === count * width) continue;
    throw new RangeError(`${name}: ${vectors.length} numbers where ${count} vectors of width ${width} are expected`);
  }
  const wrong = cutoffs.length === 0 ? 'none' : cutoffs.find((cutoff) => !Number.isInteger(cutoff) || cutoff < 1);
  if (wrong !== undefined) throw new RangeError(`cutoffs: ${wrong} where whole numbers above 0 are expected`);
}

import { seedAt } from '../../backend/random';
import { checkOptionNames, DataError } from '../../data/error';
import { canonical, digest } from '../../data/ingest/fingerprint';
import { type Draws, drawsFrom } from '../../data/synthetic/draws';
import type { Links, RankingDataset } from '../types';
import { distinctPairs } from './pairs';
import { type SplitWay, splitInteractions } from './split';

/** What is generated; everything has a default. */
export interface RankingSyntheticOptions {
  readonly seed?: number;
  readonly users?: number;
  readonly items?: number;
  /** Communities of users, and as many groups of items: community `c` likes group `c`. */
  readonly communities?: number;
  /** Mean number of interactions of a user; at least 3. */
  readonly perUser?: number;
  /** Share of interactions with an item of the liked group; the others are with any item. */
  readonly taste?: number;
  /** Mean number of links of a user or an item. */
  readonly links?: number;
  /** Friends: 1 are of one community, 0 anybody, −1 never of one community. */
  readonly social?: number;
  /** Categories: 1 are the groups of items, 0 are drawn by lot. */
  readonly categories?: number;
  /** Items viewed together: 1 are of one group, 0 any, −1 never of one group. */
  readonly coView?: number;
  /** The same of items bought together. */
  readonly coBuy?: number;
  /** Ratings: at 1 liked items get about 4.5 of 5 and others 1.5, at 0 all the same. */
  readonly ratings?: number;
}

export const rankingSyntheticDefaults: Required<RankingSyntheticOptions> = {
  ...{ seed: 1, users: 600, items: 400, communities: 8, perUser: 10, taste: 0.8, links: 8 },
  ...{ social: 1, categories: 1, coView: 1, coBuy: 1, ratings: 1 },
};

/** A generated data set with what it was made from. */
export interface SyntheticRanking extends RankingDataset {
  /** The community of each user. */
  readonly communities: Int32Array;
  /** The group of each item. */
  readonly groups: Int32Array;
}

/** Draws per wanted item before a user goes without the rest. */
const PATIENCE = 50;

/** Changes with the generator, so that results of before and after are not taken for the same. */
const FORMAT = 1;

/**
 * Generates who took what from planted communities of users and groups of items, and relations that follow them, have nothing to
 * do with them, or go against them: so it is known whether an auxiliary task can help [choice].
 *
 * An interaction is with an item of the liked group (`taste`) or any item, the popular ones first: the weight of the
 * item at place `r` of its group is 1/(r + 1). A user has 3 interactions and an exponential number more.
 *
 * @throws DataError for a dial out of its range.
 */
export function syntheticRanking(
  options: RankingSyntheticOptions = {},
  split: SplitWay = 'per-user',
): SyntheticRanking {
  checkOptionNames('syntheticRanking', options, Object.keys(rankingSyntheticDefaults));
  const chosen = { ...rankingSyntheticDefaults, ...options };
  check(chosen);
  const { seed, users, items, communities: count } = chosen;
  const draws = (...path: string[]) => drawsFrom(seedAt(seed, 'ranking', ...path));
  const communities = Int32Array.from({ length: users }, (_, user) => user % count);
  const groups = Int32Array.from({ length: items }, (_, item) => item % count);
  const taken = drawInteractions(chosen, communities, draws('interactions'));
  const pairs = distinctPairs(taken.users, taken.items, items);
  const parts = splitInteractions({ users: pairs.first, items: pairs.second }, users, seed, split);
  const { train, validation, test } = parts;
  const linked = (name: 'social' | 'coView' | 'coBuy', kinds: Int32Array) => {
    const links = drawLinks(kinds, chosen.links, chosen[name], draws(name));
    return links && { [name]: links };
  };
  return {
    name: 'synthetic-ranking',
    fingerprint: digest(canonical({ format: FORMAT, ...chosen, split })),
    ...{ users, items, train, validation, test, communities, groups, warnings: [] },
    ...linked('social', communities),
    categories: {
      items: Int32Array.from(groups.keys()),
      categories: drawCategories(groups, count, chosen.categories, draws('categories')),
      count,
    },
    ...linked('coView', groups),
    ...linked('coBuy', groups),
    ratings: { ...train, values: drawRatings(train, communities, groups, chosen.ratings, draws('ratings')) },
  };
}

function check(chosen: Required<RankingSyntheticOptions>): void {
  const ranges: Readonly<Record<keyof RankingSyntheticOptions, readonly [number, number]>> = {
    ...{ seed: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER], users: [2, 1e7], items: [4, 1e7] },
    ...{ communities: [1, Math.min(chosen.users, chosen.items) / 2], perUser: [3, chosen.items / 2], taste: [0, 1] },
    ...{
      links: [0, chosen.users / 2],
      social: [-1, 1],
      categories: [0, 1],
      coView: [-1, 1],
      coBuy: [-1, 1],
      ratings: [0, 1],
    },
  };
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = chosen[name as keyof RankingSyntheticOptions];
    const whole = ['seed', 'users', 'items', 'communities'].includes(name);
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) continue;
    throw new DataError(
      `synthetic-ranking, ${name}: ${value} is not ${whole ? 'a whole number ' : ''}between ${least} and ${most}`,
    );
  }
  if (chosen.communities === 1 && Math.min(chosen.social, chosen.coView, chosen.coBuy) < 0) {
    throw new DataError('synthetic-ranking: links against taste (a dial below 0) need at least 2 communities');
  }
}

function drawInteractions(chosen: Required<RankingSyntheticOptions>, communities: Int32Array, draws: Draws) {
  const { items, communities: count, perUser, taste } = chosen;
  // Item r·count + g stands at place r of group g; a place is found by its share of the weights summed so far.
  const places = Array.from({ length: Math.ceil(items / count) }, (_, r) => 1 / (r + 1));
  const sums = places.map((_, r) => places.slice(0, r + 1).reduce((sum, weight) => sum + weight, 0));
  const anItem = (group: number) => {
    const share = draws.uniform() * sums[sums.length - 1];
    return sums.findIndex((sum) => sum > share) * count + group;
  };
  const [owners, taken]: [number[], number[]] = [[], []];
  communities.forEach((community, user) => {
    const wanted = Math.min(3 + Math.floor(-Math.log(1 - draws.uniform()) * (perUser - 3)), Math.floor(items / 2));
    const own = new Set<number>();
    // A user who likes nothing else may run out of items: then a few are enough.
    for (let tries = 0; own.size < wanted && tries < PATIENCE * wanted; tries++) {
      const group = draws.uniform() < taste ? community : Math.floor(draws.uniform() * count);
      const item = anItem(group);
      if (item < items) own.add(item);
    }
    for (const item of own) {
      owners.push(user);
      taken.push(item);
    }
  });
  return { users: owners, items: taken };
}

/** Links between numbers of kinds: by `agreement` between equal ones (1), any (0) or different ones (−1). */
function drawLinks(kinds: Int32Array, mean: number, agreement: number, draws: Draws): Links | undefined {
  const [first, second]: [number[], number[]] = [[], []];
  const any = () => Math.floor(draws.uniform() * kinds.length);
  for (let link = 0; link < (mean * kinds.length) / 2; link++) {
    const follows = draws.uniform() < Math.abs(agreement);
    for (;;) {
      const [one, other] = [any(), any()];
      const alike = kinds[one] === kinds[other];
      if (one === other || (follows && alike !== agreement > 0)) continue;
      first.push(Math.min(one, other));
      second.push(Math.max(one, other));
      break;
    }
  }
  const pairs = distinctPairs(first, second, kinds.length);
  return pairs.first.length > 0 ? { first: pairs.first, second: pairs.second } : undefined;
}

const drawCategories = (groups: Int32Array, count: number, agreement: number, draws: Draws): Int32Array =>
  groups.map((group) => (draws.uniform() < agreement ? group : Math.floor(draws.uniform() * count)));

/** Stars from 1 to 5. */
function drawRatings(
  train: RankingDataset['train'],
  communities: Int32Array,
  groups: Int32Array,
  agreement: number,
  draws: Draws,
) {
  return Float32Array.from(train.users, (user, k) => {
    const leaning = communities[user] === groups[train.items[k]] ? 1.5 : -1.5;
    return Math.min(5, Math.max(1, Math.round(3 + agreement * leaning + 0.5 * draws.normal())));
  });
}

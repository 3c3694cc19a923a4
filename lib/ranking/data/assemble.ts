import { DataError } from '../../data/error';
import type { Links, RankingDataset } from '../types';
import { type Numbering, numberKeys } from './number-keys';
import { distinctPairs } from './pairs';
import type { RawLinks, RawRanking } from './raw';
import { type SplitWay, splitInteractions } from './split';

/** What is not in the files. */
export interface AssembleOptions {
  readonly name: string;
  readonly fingerprint: string;
  readonly seed: number;
  readonly split: SplitWay;
}

/**
 * Makes a data set of what a reader has found: numbers users and items, drops repeats, splits, and keeps what else is
 * known of users and items that are numbered.
 *
 * - Users and items are those of the interactions, of any split. An item that nobody takes in training stays: it is
 *   ranked as any other, and the warnings count such items. So do users without a training interaction.
 * - A repeated pair counts once; its value is the mean of those given.
 * - A link to somebody (or something) without interactions, to itself, or a second time (in either direction) is dropped.
 * - A relation of which nothing is left is absent, with a warning.
 *
 * @throws DataError where there is no interaction.
 */
export function assemble(raw: RawRanking, { name, fingerprint, seed, split }: AssembleOptions): RankingDataset {
  if (raw.users.length === 0) throw new DataError(`data set "${name}": the file of interactions has no line`);
  const warnings: string[] = [];
  const [users, items] = [numberKeys(raw.users), numberKeys(raw.items)];
  const [rawUsers, rawItems] = [numbersOf(raw.users, users), numbersOf(raw.items, items)];
  const taken = distinctPairs(rawUsers, rawItems, items.count);
  if (taken.repeats > 0) {
    const value = raw.values === undefined ? '' : '; the value is the mean of theirs';
    warnings.push(`${lines(taken.repeats)} of interactions repeat a user and item, and count once${value}.`);
  }
  const parts = splitInteractions({ users: taken.first, items: taken.second }, users.count, seed, split);
  const { train, validation, test, chosen } = parts;
  const [idle, unseen] = [users.count - new Set(train.users).size, items.count - new Set(train.items).size];
  if (idle > 0)
    warnings.push(`${idle} of ${users.count} users have no training interaction; they are ranked for all the same.`);
  if (unseen > 0)
    warnings.push(`${unseen} of ${items.count} items have no training interaction; they are ranked all the same.`);

  const linked = (title: string, links: RawLinks | undefined, numbering: Numbering): Links | undefined =>
    links && keptLinks(title, links, numbering, warnings);
  return {
    name,
    fingerprint,
    users: users.count,
    items: items.count,
    train,
    validation,
    test,
    ...present('social', linked('social links', raw.social, users)),
    ...present('categories', raw.categories && keptCategories(raw.categories, items, warnings)),
    ...present('coView', linked('links of items viewed together', raw.coView, items)),
    ...present('coBuy', linked('links of items bought together', raw.coBuy, items)),
    ...present(
      'ratings',
      raw.values && { ...train, values: pick(meanValues(raw.values, rawUsers, rawItems, taken), chosen) },
    ),
    warnings,
  };
}

/** The object with one property, or with none where there is no value. */
function present<Name extends string, Value>(name: Name, value: Value | undefined): { [K in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [K in Name]?: Value });
}

function numbersOf(keys: RawRanking['users'], numbering: Numbering): Int32Array {
  return Int32Array.from({ length: keys.length }, (_, k) => numbering.of(keys[k])!);
}

function keptLinks(title: string, { first, second }: RawLinks, numbering: Numbering, warnings: string[]) {
  const [smaller, larger]: [number[], number[]] = [[], []];
  let [unknown, own] = [0, 0];
  for (let k = 0; k < first.length; k++) {
    const [one, other] = [numbering.of(first[k]), numbering.of(second[k])];
    if (one === undefined || other === undefined) unknown++;
    else if (one === other) own++;
    else {
      smaller.push(Math.min(one, other));
      larger.push(Math.max(one, other));
    }
  }
  if (unknown > 0)
    warnings.push(`${lines(unknown)} of ${title} name somebody or something without an interaction; they are dropped.`);
  if (own > 0) warnings.push(`${lines(own)} of ${title} lead to where they start; they are dropped.`);
  const pairs = distinctPairs(smaller, larger, numbering.count);
  return kept(title, { first: pairs.first, second: pairs.second }, warnings);
}

function keptCategories(
  { items, categories }: NonNullable<RawRanking['categories']>,
  known: Numbering,
  warnings: string[],
) {
  const places = Array.from({ length: items.length }, (_, k) => k).filter((k) => known.of(items[k]) !== undefined);
  const keys = places.map((k) => categories[k]);
  const numbering = numberKeys(keys);
  const ofItems = places.map((k) => known.of(items[k])!);
  const ofCategories = keys.map((key) => numbering.of(key)!);
  const pairs = distinctPairs(ofItems, ofCategories, numbering.count);
  return kept('categories', { items: pairs.first, categories: pairs.second, count: numbering.count }, warnings);
}

/** The relation, or nothing and a warning where it is empty. */
function kept<Relation extends { first: Int32Array } | { items: Int32Array }>(
  title: string,
  one: Relation,
  warnings: string[],
) {
  if (('first' in one ? one.first : one.items).length > 0) return one;
  warnings.push(`There are no ${title} among known users and items; a task that learns from them cannot run.`);
  return undefined;
}

/** One value per distinct interaction: the mean of those given. */
function meanValues(
  values: ArrayLike<number>,
  users: Int32Array,
  items: Int32Array,
  taken: ReturnType<typeof distinctPairs>,
) {
  const sums = new Float64Array(taken.first.length);
  const counts = new Int32Array(taken.first.length);
  for (let k = 0; k < values.length; k++) {
    const at = taken.find(users[k], items[k]);
    sums[at] += values[k];
    counts[at]++;
  }
  return Float32Array.from(sums, (sum, at) => sum / counts[at]);
}

const pick = (values: Float32Array, chosen: Int32Array) => Float32Array.from(chosen, (at) => values[at]);

const lines = (count: number): string => `${count} ${count === 1 ? 'line' : 'lines'}`;

import Table from 'cli-table3';
import type { Links, RankingDataset } from '../types';
import { rankingDescription } from './open';

/** One split: how many interactions it has, and of how many users and items. */
export interface RankingCardPart {
  readonly split: 'train' | 'validation' | 'test';
  readonly interactions: number;
  readonly users: number;
  readonly items: number;
}

/** A relation that an auxiliary task can learn from. */
export interface RankingCardRelation {
  readonly relation: string;
  /** Links, or pairs of an item and a category or a rating. */
  readonly entries: number;
  /** Users or items that have at least one. */
  readonly reached: number;
  /** Users or items in all. */
  readonly of: number;
}

/** What a reader should know about a ranking data set, as a plain object; `rankingCardText` prints it. */
export interface RankingCard {
  readonly name: string;
  readonly description?: string;
  readonly fingerprint: string;
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
  /** Interactions per pair of user and item. */
  readonly density: number;
  readonly parts: readonly RankingCardPart[];
  readonly relations: readonly RankingCardRelation[];
  readonly warnings: readonly string[];
}

const splits = ['train', 'validation', 'test'] as const;

/** Counts what a data set holds. */
export function rankingCard(dataset: RankingDataset): RankingCard {
  const { name, fingerprint, users, items, warnings } = dataset;
  const parts = splits.map((split) => ({
    split,
    interactions: dataset[split].users.length,
    users: new Set(dataset[split].users).size,
    items: new Set(dataset[split].items).size,
  }));
  const interactions = parts.reduce((sum, part) => sum + part.interactions, 0);
  const description = rankingDescription(name);
  return {
    ...{ name, ...(description !== undefined && { description }), fingerprint, users, items, interactions },
    density: interactions / (users * items),
    parts,
    relations: relationsOf(dataset),
    warnings,
  };
}

function relationsOf({
  users,
  items,
  social,
  categories,
  coView,
  coBuy,
  ratings,
}: RankingDataset): RankingCardRelation[] {
  const links = (relation: string, own: Links | undefined, of: number) =>
    own && { relation, entries: own.first.length, reached: new Set([...own.first, ...own.second]).size, of };
  const found = [
    links('social (users)', social, users),
    categories && {
      relation: `categories (${categories.count}, of items)`,
      entries: categories.items.length,
      reached: new Set(categories.items).size,
      of: items,
    },
    links('viewed together (items)', coView, items),
    links('bought together (items)', coBuy, items),
    ratings && {
      relation: 'ratings (users)',
      entries: ratings.users.length,
      reached: new Set(ratings.users).size,
      of: users,
    },
  ];
  return found.filter((one): one is RankingCardRelation => one !== undefined);
}

/** A ranking card as text with tables, for a terminal or a notebook; no colours. */
export function rankingCardText(card: RankingCard): string {
  const { name, description, fingerprint, users, items, interactions, density, parts, relations, warnings } = card;
  const heading = [
    `${name}${description === undefined ? '' : ` - ${description}`}`,
    `${number(users)} users, ${number(items)} items, ${number(interactions)} interactions ` +
      `(${(100 * density).toPrecision(2)} % of all pairs); fingerprint ${fingerprint.slice(0, 16)}`,
  ].join('\n');
  const ofParts = parts.map((part) => [part.split, ...[part.interactions, part.users, part.items].map(number)]);
  const ofRelations = relations.map(({ relation, entries, reached, of }) => [
    relation,
    ...[entries, reached].map(number),
    `${((100 * reached) / of).toFixed(1)} %`,
  ]);
  return [
    heading,
    table(['split', 'interactions', 'users', 'items'], ofParts),
    ...(ofRelations.length > 0 ? [table(['relation', 'entries', 'users or items', 'of all'], ofRelations)] : []),
    ...warnings.map((warning) => `Warning: ${warning}`),
  ].join('\n');
}

function table(head: string[], rows: string[][]): string {
  const colAligns = head.map((_, k) => (k === 0 ? ('left' as const) : ('right' as const)));
  const made = new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
  made.push(...rows);
  return made.toString();
}

const number = (value: number): string => value.toLocaleString('en-GB');

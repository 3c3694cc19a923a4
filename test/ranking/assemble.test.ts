import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assemble } from '../../lib/ranking/data/assemble';
import type { RawRanking } from '../../lib/ranking/data/raw';
import { all, linksOf } from './rows';

const options = { name: 'tiny', fingerprint: 'f', seed: 1, split: 'per-user' as const };
const made = (raw: RawRanking, more: Partial<typeof options> | { split: 'global' } = {}) =>
  assemble(raw, { ...options, ...more });

test('users and items are numbered by their keys, whatever the order of lines', () => {
  const one = made({ users: [30, 7, 7, 100], items: ['b', 'a', 'c', 'a'] });
  const other = made({ users: [100, 7, 30, 7], items: ['a', 'c', 'b', 'a'] });
  assert.equal([one.users, one.items], [3, 3]);
  assert.equal(all(one), [
    [0, 0],
    [0, 2],
    [1, 1],
    [2, 0],
  ]);
  assert.equal(other, one);
});

test('a repeated interaction counts once, its value is the mean', () => {
  const { train, ratings, warnings } = made({ users: [1, 1, 1], items: [5, 5, 5], values: [1, 2, 6] });
  assert.equal([...train.users, ...train.items], [0, 0]);
  assert.equal([...ratings!.values], [3]);
  assert.match(warnings[0], /2 lines of interactions repeat a user and item/);
});

/** `users` users with `each` interactions each. */
const dense = (users: number, each: number): RawRanking => ({
  users: Array.from({ length: users * each }, (_, k) => Math.floor(k / each)),
  items: Array.from({ length: users * each }, (_, k) => k % each),
  values: Array.from({ length: users * each }, (_, k) => k),
});

test('each user is split 60/20/20; the seed decides how', () => {
  const sizes = (each: number) => {
    const { train, validation, test: last } = made(dense(1, each));
    return [train, validation, last].map(({ users }) => users.length);
  };
  assert.equal([1, 2, 3, 4, 5, 10, 50].map(sizes), [
    [1, 0, 0],
    [1, 1, 0],
    [2, 0, 1],
    [2, 1, 1],
    [3, 1, 1],
    [6, 2, 2],
    [30, 10, 10],
  ]);
  const [one, again, other] = [1, 1, 2].map((seed) => made(dense(20, 10), { seed }));
  assert.equal(again, one);
  assert.not.equal(other.train, one.train);
  assert.equal(all(one), all(other));
  for (let user = 0; user < 20; user++) assert.is(one.train.users.filter((owner) => owner === user).length, 6);
});

test('values stay with their training interactions', () => {
  const { train, ratings } = made(dense(20, 10));
  assert.equal([ratings!.users, ratings!.items], [train.users, train.items]);
  ratings!.values.forEach((value, k) => {
    assert.is(value, train.users[k] * 10 + train.items[k]);
  });
});

test('a global split may leave a user without a training interaction: it stays, with a warning', () => {
  const dataset = made(dense(100, 1), { split: 'global' });
  assert.equal(
    [dataset.train, dataset.validation, dataset.test].map(({ users }) => users.length),
    [60, 20, 20],
  );
  assert.is(dataset.users, 100);
  assert.match(dataset.warnings[0], /^40 of 100 users have no training interaction/);
});

test('an item that only the test has is kept and counted', () => {
  // Every user has an item of its own besides the common ones; some of them are in the test split only.
  const users = Array.from({ length: 30 }, (_, k) => Math.floor(k / 3));
  const items = users.map((user, k) => (k % 3 === 0 ? 100 + user : k % 3));
  const dataset = made({ users, items });
  const trained = new Set(dataset.train.items);
  const unseen = [...dataset.test.items].filter((item) => !trained.has(item));
  assert.ok(unseen.length > 0);
  assert.is(dataset.items, 12);
  assert.match(dataset.warnings[0], new RegExp(`^${12 - trained.size} of 12 items have no training interaction`));
});

test('links: unknown ends, loops and repeats in either direction are dropped', () => {
  const { social, warnings } = made({
    ...{ users: [1, 2, 3], items: [1, 1, 1] },
    social: { first: [1, 2, 2, 3, 9, 1], second: [2, 1, 1, 3, 1, 3] },
  });
  assert.equal(linksOf(social), [
    [0, 1],
    [0, 2],
  ]);
  assert.equal(warnings, [
    '1 line of social links name somebody or something without an interaction; they are dropped.',
    '1 line of social links lead to where they start; they are dropped.',
  ]);
});

test('an empty relation is absent, with a warning', () => {
  const raw = { users: [1, 2], items: ['a', 'b'] };
  const none = made({ ...raw, social: { first: [], second: [] }, categories: { items: ['z'], categories: [1] } });
  assert.not('social' in none);
  assert.not('categories' in none);
  assert.match(none.warnings.join('\n'), /There are no social links among known users[\s\S]*There are no categories/);
  assert.not('coView' in made(raw));
});

test('an item may have several categories; those of unknown items do not count', () => {
  const { categories } = made({
    ...{ users: [1, 2], items: ['a', 'b'] },
    categories: { items: ['a', 'a', 'a', 'b', 'c'], categories: [7, 5, 7, 7, 9] },
  });
  assert.equal([...categories!.items], [0, 0, 1]);
  assert.equal([...categories!.categories], [0, 1, 1]);
  assert.is(categories!.count, 2);
});

test.run();

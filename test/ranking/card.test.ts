import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rankingCard, rankingCardText } from '../../lib/ranking/data/card';
import { syntheticRanking } from '../../lib/ranking/data/synthetic';
import { folderWith } from '../data/tiny';

test('a card counts splits and relations', () => {
  const dataset = syntheticRanking({ users: 40, items: 20 });
  const card = rankingCard(dataset);
  assert.is(
    card.interactions,
    dataset.train.users.length + dataset.validation.users.length + dataset.test.users.length,
  );
  assert.is(card.density, card.interactions / 800);
  assert.is(card.parts[0].users, 40);
  const names = card.relations.map(({ relation }) => relation);
  assert.equal(names, [
    'social (users)',
    'categories (8, of items)',
    'viewed together (items)',
    'bought together (items)',
    'ratings (users)',
  ]);
  assert.is(card.relations[0].entries, dataset.social!.first.length);
  assert.match(rankingCardText(card), /40 users, 20 items/);
});

test('the command prints a card with what was dropped, or one line of what is wrong', () => {
  const main = join(__dirname, '..', '..', 'lib', 'cli', 'main.js');
  const folder = folderWith({ 'ratings.txt': '1\t5\t2\n2\t5\t2\n', 'trusts.txt': '1\t2\n1\t9\n' });
  const run = (...args: string[]) => spawnSync(process.execPath, [main, 'data', ...args], { encoding: 'utf8' });
  const good = run('lastfm-2k', '--data', folder);
  assert.is(good.status, 0, good.stderr);
  assert.match(good.stdout, /2 users, 1 items, 2 interactions/);
  assert.match(good.stdout, /Warning: 1 line of social links name somebody/);
  const wrong = run('epinions', '--data', folder);
  assert.is(wrong.status, 1);
  assert.match(wrong.stderr, /^.*no file "rating.mat" or "rating_with_timestamp.mat".*\n$/);
});

test.run();

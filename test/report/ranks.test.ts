import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { methodRanks, rankSentence, rankTable } from '../../lib';
import { madeUpResults } from './made-up';

test('methods are ranked in every scenario and task, by their mean over seeds', () => {
  const ranks = methodRanks(madeUpResults())!;
  assert.is(ranks.blocks, 8);
  // Later methods of the made-up results are better, in most blocks by more than the wobble.
  assert.ok(ranks.meanRanks[3] < ranks.meanRanks[0]);
  assert.is(
    ranks.meanRanks.reduce((sum, rank) => sum + rank, 0),
    10,
  );
  const table = rankTable(ranks);
  assert.equal(
    [table[0].method, table[0]['from the first'], table[0]['told from the first']],
    ['central', '+0.00', 'no'],
  );
  assert.is(table[3]['told from the first'], 'yes');
  assert.match(rankSentence(ranks), 'Ranks of 4 methods over 8 blocks');
  assert.match(rankSentence(ranks), 'closer than 1.66 cannot be told apart');
});

test('a block that one method lacks is left out; two methods are not ranked', () => {
  const lines = madeUpResults().map((line) =>
    line.method === 'fedbn' && line.scenario === 'NL' ? { ...line, auc: null } : line,
  );
  assert.is(methodRanks(lines)!.blocks, 6);
  assert.is(methodRanks(lines.filter(({ method }) => ['local', 'fedbn'].includes(method))), null);
});

test.run();

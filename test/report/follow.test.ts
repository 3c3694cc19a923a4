import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { followRun, type ResultLine, type RoundRecord } from '../../lib';
import { madeUpResults, madeUpRounds } from './made-up';

async function* run(): AsyncGenerator<RoundRecord, ResultLine[], undefined> {
  yield* madeUpRounds(2);
  return madeUpResults();
}

test('a followed run hands over its rounds as they come, and all of it at the end', async () => {
  const counts: number[] = [];
  const { rounds, results } = await followRun(run(), (soFar) => counts.push(soFar.length));
  assert.equal(rounds, madeUpRounds(2));
  assert.equal(results, madeUpResults());
  assert.equal(
    counts,
    rounds.map((_record, index) => index + 1),
  );
});

test.run();

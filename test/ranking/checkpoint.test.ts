import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend';
import { makeRankingConfig, type RankingOverrides } from '../../lib/experiments/ranking';
import { judgeOn } from '../../lib/experiments/ranking/final-lines';
import { type CombinationName, combinations } from '../../lib/multitask/combinations';
import { openRankingDataset } from '../../lib/ranking';
import {
  restoreTraining,
  saveTraining,
  type TrainedVectors,
  type Training,
  trainRanking,
} from '../../lib/ranking/training';

const folder = mkdtempSync(join(tmpdir(), 'pf ranking checkpoint '));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'a.safetensors');
const data = openRankingDataset('synthetic-ranking', { synthetic: { users: 60, items: 40, perUser: 10 } });

const EPOCHS = 5;

/** Trains some epochs; stores the training after `saveAfter` of them and ends there, or begins where the file stands. */
async function trained(
  overrides: RankingOverrides & { combination?: CombinationName },
  { saveAfter = 0, restore = false }: { saveAfter?: number; restore?: boolean } = {},
): Promise<TrainedVectors | undefined> {
  const { combination, ...own } = overrides;
  const small: RankingOverrides = { epochs: EPOCHS, patience: EPOCHS, embedding: 4, batch: 64 };
  const config = makeRankingConfig([small, own]);
  const dataset = await data;
  let training: Training | undefined;
  const run = trainRanking({
    ...{ dataset, seed: 1, evaluate: judgeOn(dataset) },
    options: { ...config, auxiliary: config.auxiliary ?? ['social', 'co-view'] },
    combination: combination && { method: combination },
    onStart(begun) {
      training = begun;
      if (restore) assert.is(restoreTraining(begun, file), 2);
    },
  });
  for (let next = await run.next(); ; next = await run.next()) {
    if (next.done) return next.value;
    if (next.value.epoch !== saveAfter) continue;
    saveTraining(training!, file);
    await run.return(undefined as never);
    return undefined;
  }
}

/** All numbers of a training but its wall times. */
const numbers = (one: TrainedVectors | undefined) =>
  one && { ...one, records: one.records.map((record) => ({ ...record, seconds: 0 })) };

test('a restored training ends with the same numbers, whatever combines the tasks and whatever encodes', async () => {
  const cases: (RankingOverrides & { combination?: CombinationName })[] = [
    {},
    ...(Object.keys(combinations) as CombinationName[]).map((combination) => ({ combination })),
    { combination: 'pmtrec', encoder: 'lightgcn' },
    { combination: 'mocograd', encoder: 'ngcf', auxiliary: ['rating', 'direct-au'] },
    { combination: 'gradvac', optimizer: { tables: 'dense' } },
  ];
  let before: number | undefined;
  for (const one of cases) {
    const whole = numbers(await trained(one));
    await trained(one, { saveAfter: 2 });
    assert.equal(numbers(await trained(one, { restore: true })), whole, JSON.stringify(one));
    before ??= liveTensors();
    assert.is(liveTensors(), before, JSON.stringify(one));
  }
});

test('a file of another run, of a later epoch or with a changed byte is refused', async () => {
  await trained({}, { saveAfter: 2 });
  const begun = async (overrides: RankingOverrides, check: (training: Training) => void) => {
    const dataset = await data;
    const config = makeRankingConfig([{ embedding: 4, batch: 64 }, overrides]);
    const options = { ...config, auxiliary: [] };
    const run = trainRanking({ dataset, options, seed: 1, evaluate: judgeOn(dataset), onStart: check });
    await run.next();
    await run.return(undefined as never);
  };
  await begun({ embedding: 8 }, (training) =>
    assert.throws(() => restoreTraining(training, file), /of another size: it was written by another run; delete it/),
  );
  await begun({}, (training) => {
    assert.throws(
      () => restoreTraining(training, file, { lastRound: 1 }),
      /is of epoch 2, but the epochs on record end with 1/,
    );
    assert.throws(() => restoreTraining(training, file, { identity: 'x' }), /with another configuration, other data/);
    const bytes = readFileSync(file);
    bytes[bytes.length - 9] ^= 1;
    writeFileSync(file, bytes);
    assert.throws(() => restoreTraining(training, file), /is damaged/);
    assert.is(training.records.length, 0);
  });
});

test.run();

import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { saveCheckpoint } from '../../lib/federated/checkpoint';
import { createFederation } from '../../lib/federated/federation';
import { methods } from '../../lib/federated/methods';
import { InterruptedError, pausable } from '../../lib/federated/pause';
import { planDefaults } from '../../lib/federated/plan';
import type { RoundRecord } from '../../lib/federated/record';
import { mmoe } from '../../lib/models/mmoe';
import { randomDataset, tinySizes, valuesOf } from './fixtures';

/** Rounds long enough to rest in their middle, which they do ten times a second. */
const federationOf = (isInterrupted: () => boolean, plan = methods['pf-msmtrec'](planDefaults)) =>
  createFederation({
    dataset: randomDataset(),
    plan,
    model: (shape, template) => mmoe(shape, tinySizes, template),
    seed: 1,
    batch: 64,
    localWork: { steps: 120 },
    isInterrupted,
  });

const withoutTimes = (record: RoundRecord) => ({ ...record, seconds: null });

const thrownBy = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (problem: unknown) => problem,
  );

test('work stands still where it is interrupted, and goes on from there', async () => {
  const answers = [false, true, true, false];
  const seen: number[] = [];
  const work = pausable(
    async (rest) => {
      for (let i = 0; i < 4; i++) {
        await rest();
        seen.push(i);
      }
      return 'done';
    },
    () => answers.shift() ?? false,
    'stopped here',
  );
  for (const expected of [[0], [0, 1]]) {
    const problem = await thrownBy(work.goOn());
    assert.instance(problem, InterruptedError);
    assert.is(inspect(problem), 'stopped here');
    await setImmediate();
    assert.equal(seen, expected);
    assert.is(work.isPaused, true);
  }
  assert.is(await work.goOn(), 'done');
  assert.equal(seen, [0, 1, 2, 3]);
  assert.is(work.isPaused, false);
});

test('what the work throws reaches the call that is going on', async () => {
  const work = pausable(
    async (rest) => {
      await rest();
      throw new Error('broken');
    },
    () => false,
    '',
  );
  assert.match(String(await thrownBy(work.goOn())), 'broken');
});

test('a round that is interrupted at every rest ends with the numbers of one that is not', async () => {
  for (const plan of [methods['pf-msmtrec'](planDefaults), bottomUp()]) {
    const whole = federationOf(() => false, plan);
    const expected = [await whole.round(), await whole.round()];
    const stopped = federationOf(() => true, plan);
    const records: RoundRecord[] = [];
    let interruptions = 0;
    while (records.length < 2) {
      try {
        for await (const record of stopped.rounds(2 - records.length)) records.push(record);
      } catch (problem) {
        assert.instance(problem, InterruptedError);
        assert.match((problem as Error).message, `round ${records.length + 1}`);
        interruptions++;
      }
    }
    assert.ok(interruptions > 3, `only ${interruptions} interruptions: the rounds are too short`);
    assert.equal(records.map(withoutTimes), expected.map(withoutTimes));
    assert.equal(valuesOf(stopped), valuesOf(whole));
    whole.dispose();
    stopped.dispose();
  }
});

test('an interrupted round changes nothing but the clients in the middle of their steps', async () => {
  const before = liveTensors();
  let interrupts = false;
  // The first rest is at the start of a round, the second amid its local steps.
  let rests = 0;
  const federation = federationOf(() => interrupts && ++rests === 2);
  await federation.round();
  const chosen = federation.evaluateChosen('validation', 'common');
  const states = [...federation.ruleStates].map(([group, { tensors }]) => [group, Object.values(tensors)] as const);
  const start = valuesOf(federation);

  interrupts = true;
  assert.instance(await thrownBy(federation.round()), InterruptedError);
  assert.is(federation.isPaused, true);
  assert.is(federation.finished, 1);
  assert.equal(federation.evaluateChosen('validation', 'common'), chosen);
  for (const [group, tensors] of states) {
    // Not replaced, and so neither freed nor counted twice.
    assert.ok(Object.values(federation.ruleStates.get(group)!.tensors).every((tensor, i) => tensor === tensors[i]));
  }
  const now = valuesOf(federation);
  assert.not.equal(now[0]['gate.weight'], start[0]['gate.weight']);
  assert.equal(now[1], start[1], 'the second client has trained before the first was done');
  assert.throws(() => saveCheckpoint(federation, 'never-written'), /Round 2 was interrupted/);

  federation.dispose();
  await setImmediate(); // the round frees what it holds
  assert.is(liveTensors(), before);
});

test('two rounds of one federation do not run at the same time', async () => {
  const federation = federationOf(() => false);
  const first = federation.round();
  assert.match(String(await thrownBy(federation.round())), 'still at work');
  assert.is((await first).round, 1);
  federation.dispose();
});

/** A plan whose round has two phases, with an aggregation between them. */
function bottomUp() {
  const plan = methods.fedavg(planDefaults);
  return {
    ...plan,
    name: 'bottom-up',
    phases: [
      { name: 'below', trains: ['embedding', 'projection', 'gate', 'expert'], shares: ['embedding'], work: 0.5 },
      { name: 'above', work: 0.5 },
    ],
  };
}

test.run();

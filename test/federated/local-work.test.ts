import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeConfig } from '../../lib/experiments/config';
import { runExperiment } from '../../lib/experiments/run';
import { createFederation } from '../../lib/federated/federation';
import { type LocalWork, stepsPerRound } from '../../lib/federated/local-work';
import { methods } from '../../lib/federated/methods';
import { planDefaults, type SharingPlan } from '../../lib/federated/plan';
import { mmoe } from '../../lib/models/mmoe';
import { randomDataset, tinySizes, valuesOf } from './fixtures';

const federationOf = (localWork: LocalWork, plan: SharingPlan = methods['pf-msmtrec'](planDefaults)) =>
  createFederation({
    dataset: randomDataset(),
    plan,
    model: (shape, template) => mmoe(shape, tinySizes, template),
    seed: 1,
    batch: 32,
    localWork,
  });

const each: LocalWork = { steps: { a: 5, b: 2 } };

test('steps by number, by scenario and by passes', () => {
  const scenarios = [
    { name: 'a', trainRows: 100 },
    { name: 'b', trainRows: 10 },
  ];
  const steps = (work: LocalWork) => scenarios.map((one) => stepsPerRound(work, [one], 20));
  assert.equal(steps({ steps: 4 }), [4, 4]);
  assert.equal(steps(each), [5, 2]);
  assert.equal(steps({ passes: 1 }), [5, 1]);
  assert.equal(steps({ passes: 2, cap: 7 }), [7, 1]);
  assert.is(stepsPerRound(each, scenarios, 20), 7, 'a pooled client does the work of both');
});

test('every client takes its own steps, in the record and in Adam, phase by phase', async () => {
  const bottomUp = methods['pf-msmtrec'](makeConfig([{ pfMsmtrec: { schedule: 'bottom-up', towerWork: 0.4 } }]));
  for (const [plan, experts] of [
    [methods['pf-msmtrec'](planDefaults), [5, 2]],
    [bottomUp, [3, 1]],
  ] as const) {
    const federation = federationOf(each, plan);
    for (const round of [1, 2]) {
      const { clients } = await federation.round();
      assert.equal(
        clients.map(({ client, steps }) => [client, steps]),
        [
          ['a', 5],
          ['b', 2],
        ],
      );
      federation.clients.forEach(({ steps, updates }, i) => {
        const own = [5, 2][i];
        assert.equal([steps, updates['tower.0.weight']], [round * own, round * own]);
        assert.is(updates['expert.0.weight'], round * experts[i]);
      });
    }
    federation.dispose();
  }
});

test('the same steps for all, written scenario by scenario, are the same training', async () => {
  const outcome = async (localWork: LocalWork) => {
    const federation = federationOf(localWork);
    for await (const _ of federation.rounds(2));
    const values = valuesOf(federation);
    federation.dispose();
    return values;
  };
  assert.equal(await outcome({ steps: { b: 3, a: 3 } }), await outcome({ steps: 3 }));
  const own = await outcome(each);
  assert.equal(await outcome(each), own);
  assert.not.equal(await outcome({ steps: { a: 2, b: 5 } }), own);
});

test('a pooled client takes the steps of all scenarios, from a configuration too', async () => {
  const methodsOf = async (localWork: LocalWork) => {
    const config = makeConfig([{ localWork, rounds: 1, batch: 32, methods: ['central', 'local'], model: tinySizes }]);
    const records = [];
    for await (const { clients } of runExperiment(config, randomDataset())) {
      records.push(clients.map(({ client, steps }) => [client, steps]));
    }
    return records;
  };
  assert.equal(await methodsOf(each), [
    [['all', 7]],
    [
      ['a', 5],
      ['b', 2],
    ],
  ]);
});

test('a scenario that is unknown, left out or without a step is named', () => {
  assert.throws(() => federationOf({ steps: { a: 5, b: 2, c: 1 } }), /there is no scenario "c"/);
  assert.throws(() => federationOf({ steps: { a: 5 } }), /the scenario "b" is missing/);
  assert.throws(() => federationOf({ steps: { a: 5, b: 0 } }), /"b" has 0 steps/);
  assert.throws(() => makeConfig([{ localWork: { steps: { a: 0 } } }]), /option "localWork.*" is wrong/);
});

test.run();

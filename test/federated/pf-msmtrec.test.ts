import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { type Tensor, tf } from '../../lib/backend/tensorflow';
import { restoreCheckpoint, saveCheckpoint } from '../../lib/federated/checkpoint';
import { disposeValues } from '../../lib/federated/evaluate';
import { createFederation, type Federation } from '../../lib/federated/federation';
import { methods } from '../../lib/federated/methods';
import { type PfMsmtrecOptions, pfMsmtrecDefaults } from '../../lib/federated/pf-msmtrec';
import { planDefaults, type SharingPlan, sharingOf } from '../../lib/federated/plan';
import type { GroupUpdate, Rule } from '../../lib/federated/rules/rule';
import { mmoe } from '../../lib/models/mmoe';
import { elements, initialValues } from '../../lib/models/parameter';
import type { Template } from '../../lib/models/template';
import { numbersOf, randomDataset, tinySizes, valuesOf } from './fixtures';

/** Gates and projection stay at home here, unless a test says otherwise. */
const own: PfMsmtrecOptions = { ...pfMsmtrecDefaults, gates: 'local', projection: 'local' };

const planOf = (method: string, options = own): SharingPlan => methods[method]({ ...planDefaults, pfMsmtrec: options });

function federationOf(plan: SharingPlan, seed = 1, steps = 3): Federation {
  return createFederation({
    dataset: randomDataset(),
    plan,
    model: (shape, template) => mmoe(shape, tinySizes, template),
    seed,
    batch: 32,
    localWork: { steps },
  });
}

const tinyFederation = (method: string, seed = 1) => federationOf(planOf(method), seed);

/** The groups that leave a client, by method. Everything else stays. */
const leaving: Readonly<Record<string, readonly string[]>> = {
  'pf-msmtrec': ['embedding', 'expert.global', 'expert.scenario', 'tower'],
  'no-fedbn': ['embedding', 'expert.global', 'expert.scenario', 'norm', 'tower'],
  'no-coordination': ['embedding', 'expert.global', 'expert.scenario', 'tower'],
  'no-personalisation': ['embedding', 'expert.global', 'expert.scenario', 'tower'],
  'no-template': ['embedding', 'expert', 'tower'],
  'no-tower-aggregation': ['embedding', 'expert.global', 'expert.scenario'],
  'no-regulariser': ['embedding', 'expert.global', 'expert.scenario', 'tower'],
};
const ownMethods = Object.keys(leaving);

const cases: [string, SharingPlan, readonly string[]][] = [
  ...ownMethods.map((method): [string, SharingPlan, readonly string[]] => [method, planOf(method), leaving[method]]),
  [
    'averaged gates and projection',
    planOf('pf-msmtrec', { ...own, gates: 'average', projection: 'average' }),
    [...leaving['pf-msmtrec'], 'gate', 'projection'],
  ],
];

/** Bytes of one round: dense groups whole, rows of tables with their numbers. */
function bytesOf({ model, clients }: Federation, groups: readonly string[]) {
  const shared = model.parameters.filter(({ group }) => groups.includes(group));
  const dense = shared.filter(({ byRows }) => !byRows).reduce((sum, one) => sum + 4 * elements(one), 0);
  const bytes = { up: clients.length * dense, down: clients.length * dense };
  for (const { name, shape } of shared.filter(({ byRows }) => byRows)) {
    const rowBytes = 4 * shape[1] + 4;
    const touched = clients.map((client) => client.touched[name]);
    const anybody = touched[0].filter((_, row) => touched.some((flags) => flags[row])).length;
    bytes.up += rowBytes * touched.reduce((sum, flags) => sum + flags.filter(Boolean).length, 0);
    bytes.down += rowBytes * clients.length * anybody;
  }
  return bytes;
}

for (const [name, plan, groupsLeaving] of cases) {
  test(`${name}: what leaves a client is what the plan shares, byte by byte`, async () => {
    const seen = new Map<string, Set<string>>();
    const recorded = (rule: Rule): Rule => ({
      ...rule,
      apply(update, state) {
        for (const { before, after, touched } of update.clients) {
          const names = [...Object.keys(before), ...Object.keys(after), ...Object.keys(touched)];
          seen.set(update.group, new Set([...(seen.get(update.group) ?? []), ...names]));
        }
        return rule.apply(update, state);
      },
    });
    const groups = Object.fromEntries(
      Object.entries(plan.groups).map(([group, rule]) => [group, rule && recorded(rule)]),
    );
    assert.is(plan.otherwise, null);
    const federation = federationOf({ ...plan, groups });
    for (let round = 0; round < 2; round++) {
      const { bytes } = await federation.round();
      assert.equal(bytes, bytesOf(federation, groupsLeaving));
    }
    const { parameters } = federation.model;
    const allowed = (group: string) => parameters.filter((one) => one.group === group).map(({ name }) => name);
    assert.equal([...seen.keys()].sort(), [...groupsLeaving].sort());
    for (const [group, names] of seen) assert.equal([...names].sort(), allowed(group).sort(), group);
    federation.dispose();
  });
}

test('what stays is left as local training made it, what is averaged is equal, the rest is personal', async () => {
  const plan = planOf('pf-msmtrec', { ...own, alignment: 0 });
  const federation = federationOf(plan);
  const alone = federationOf({ ...plan, groups: {} });
  await federation.round();
  await alone.round();
  const [together, apart] = [valuesOf(federation), valuesOf(alone)];
  for (const { name, group } of federation.model.parameters) {
    const stays = sharingOf(federation.plan, group) === null;
    together.forEach((values, i) => {
      const distance = Math.max(...values[name].map((value, j) => Math.abs(value - apart[i][name][j])));
      assert.ok(stays ? distance === 0 : distance > 1e-5, `${name} of client ${i}: ${distance}`);
    });
    const equal = together[0][name].every((value, j) => value === together[1][name][j]);
    assert.is(equal, group === 'embedding' || group === 'expert.global', `${name} is the same for all: ${equal}`);
  }
  federation.dispose();
  alone.dispose();
});

/** A plan as data: which rule each group has, and what that rule makes of one given update. */
function described(plan: SharingPlan) {
  const groups = Object.entries(plan.groups).map(([group, rule]) => [group, rule && [rule.name, outcome(rule, group)]]);
  return {
    template: plan.template,
    alignment: plan.alignment,
    pooled: plan.pooled,
    otherwise: plan.otherwise,
    groups: Object.fromEntries(groups),
  };
}

/** Two rounds of a rule on three clients whose movements conflict. */
function outcome(rule: Rule, group: string): number[] {
  const moves = [
    [3, 1, 0, -1],
    [-1, 1, 2, 0],
    [0, -2, 1, 1],
  ];
  const update = (round: number): GroupUpdate => ({
    group,
    round,
    parameters: [{ name: 'p', group, shape: [2, 2], initial: { value: 0 }, expertAxis: 0, taskAxis: 0, byRows: true }],
    clients: moves.map((moved, i) => ({
      client: `c${i}`,
      rows: 10 * (i + 1),
      before: { p: tf.ones([2, 2]) },
      after: { p: tf.tensor2d(moved, [2, 2]).add(1) },
      touched: { p: Int32Array.of(0, 1) },
    })),
  });
  return tf.tidy(() => {
    const first = rule.apply(update(1), rule.start?.());
    const second = rule.apply(update(2), first.state);
    return [first, second].flatMap(({ values }) => values.flatMap(({ p }: { [name: string]: Tensor }) => numbersOf(p)));
  });
}

test('every ablation is the full plan with one line changed', () => {
  const options = { ...own, alignment: 0.02, experts: { ...own.experts, c: 0.6 } };
  const full = described(planOf('pf-msmtrec', options));
  const expected: Record<string, { changed: string[]; rule?: string | null }> = {
    'no-fedbn': { changed: ['groups.norm'], rule: 'average (rows)' },
    'no-coordination': {
      changed: ['groups.expert', 'groups.expert.scenario'],
      rule: 'coordinate (mean) → personalise (others)',
    },
    'no-personalisation': {
      changed: ['groups.expert', 'groups.expert.scenario'],
      rule: 'coordinate (conflict-averse) → personalise (none)',
    },
    'no-template': { changed: ['template'] },
    'no-tower-aggregation': { changed: ['groups.tower'], rule: null },
    'no-regulariser': { changed: ['alignment'] },
  };
  assert.equal(['pf-msmtrec', ...Object.keys(expected)], ownMethods);
  const flat = ({ groups, ...rest }: ReturnType<typeof described>): Record<string, unknown> => ({
    ...rest,
    ...Object.fromEntries(Object.entries(groups).map(([group, rule]) => [`groups.${group}`, rule])),
  });
  for (const [method, { changed, rule }] of Object.entries(expected)) {
    const plan = planOf(method, options);
    assert.is(plan.name, method);
    const [before, after] = [flat(full), flat(described(plan))];
    assert.equal(Object.keys(after), Object.keys(before), method);
    const differing = Object.keys(after).filter((key) => JSON.stringify(after[key]) !== JSON.stringify(before[key]));
    assert.equal(differing, changed, method);
    for (const key of changed) {
      if (rule === undefined) continue;
      const group = key.replace('groups.', '');
      assert.is(plan.groups[group]?.name ?? null, rule, `${method}, ${key}`);
    }
  }
  assert.is(planOf('no-regulariser', options).alignment, 0);
  assert.equal(planOf('no-template', options).template, { ...options.template, scenario: 'plain', task: 'none' });
});

test('one seed gives one result, another seed another', async () => {
  const run = async (seed: number) => {
    const federation = tinyFederation('pf-msmtrec', seed);
    const records = [];
    for await (const record of federation.rounds(2)) records.push({ ...record, seconds: null });
    const values = valuesOf(federation);
    federation.dispose();
    return { records, values };
  };
  const first = await run(1);
  assert.equal(await run(1), first);
  assert.not.equal((await run(2)).values, first.values);
});

for (const method of ['pf-msmtrec', 'no-template']) {
  test(`${method}: a restored federation goes on number for number`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pf-checkpoint-'));
    const file = join(folder, 'state.safetensors');
    const whole = tinyFederation(method);
    for await (const _ of whole.rounds(2));
    saveCheckpoint(whole, file);
    const resumed = tinyFederation(method);
    restoreCheckpoint(resumed, file);
    for (const [group, { numbers, tensors }] of whole.ruleStates) {
      const other = resumed.ruleStates.get(group);
      assert.equal(other?.numbers, numbers, group);
      for (const [name, tensor] of Object.entries(tensors)) {
        assert.equal(other?.tensors[name].shape, tensor.shape, name);
        assert.equal(numbersOf(other!.tensors[name]), numbersOf(tensor), name);
      }
    }
    assert.is(whole.ruleStates.size, 2);
    for (let round = 0; round < 2; round++) {
      const [again, record] = [await resumed.round(), await whole.round()];
      assert.equal({ ...again, seconds: null }, { ...record, seconds: null });
    }
    assert.equal(valuesOf(resumed), valuesOf(whole));
    whole.dispose();
    resumed.dispose();
    rmSync(folder, { recursive: true });
  });
}

test('tensors stay flat over 30 rounds, and all are freed', async () => {
  const before = [liveTensors(), tf.memory().numTensors];
  const federation = federationOf(planOf('pf-msmtrec'), 1, 1);
  for await (const _ of federation.rounds(3));
  const settled = [liveTensors(), tf.memory().numTensors];
  for await (const { round } of federation.rounds(30)) {
    assert.equal([liveTensors(), tf.memory().numTensors], settled, `round ${round}`);
  }
  federation.dispose();
  assert.equal([liveTensors(), tf.memory().numTensors], before);
});

test('a larger λ keeps shared parameters nearer to what was received; λ = 0 reports no value', async () => {
  const distances: number[] = [];
  const losses: number[] = [];
  for (const alignment of [1e-6, 0.1, 1, 10]) {
    const federation = federationOf(planOf('pf-msmtrec', { ...own, alignment }));
    const { clients } = await federation.round();
    distances.push(clients.reduce((sum, { alignment: value }) => sum + (2 * value!) / alignment, 0));
    losses.push(clients[0].loss);
    federation.dispose();
  }
  for (let i = 1; i < distances.length; i++) assert.ok(distances[i] < distances[i - 1], `distances ${distances}`);
  assert.ok(distances[3] < 0.8 * distances[0], `distances ${distances}`);
  assert.ok(Math.max(...losses) - Math.min(...losses) < 0.05, 'the loss is cross-entropy alone');
  const without = tinyFederation('no-regulariser');
  const { clients } = await without.round();
  assert.equal(
    clients.map(({ alignment }) => alignment),
    [undefined, undefined],
  );
  without.dispose();
});

test('the value of the alignment term is that of all shared dense parameters', async () => {
  const alignment = 0.05;
  const plan = planOf('pf-msmtrec', { ...own, alignment });
  // Rules that hand every client its own values back: what is shared then stays as local training made it.
  const kept: Rule = {
    name: 'keep',
    apply: ({ clients }) => ({ values: clients.map(({ after }) => after), bytes: { up: 0, down: 0 } }),
  };
  const groups = Object.fromEntries(Object.entries(plan.groups).map(([group, rule]) => [group, rule && kept]));
  const federation = federationOf({ ...plan, groups });
  const start = initialValues(federation.model.parameters, 1);
  const { clients } = await federation.round();
  const pulled = federation.model.parameters.filter(({ group }) =>
    ['expert.global', 'expert.scenario', 'tower'].includes(group),
  );
  valuesOf(federation).forEach((values, i) => {
    const squares = pulled.flatMap(({ name }) => {
      const received = numbersOf(start[name]);
      return values[name].map((value, j) => (value - received[j]) ** 2);
    });
    const wanted = (alignment / 2) * squares.reduce((sum, value) => sum + value, 0);
    const value = clients[i].alignment!;
    assert.ok(value > 0 && Math.abs(value / wanted - 1) < 1e-4, `${value} against ${wanted}`);
  });
  disposeValues(start);
  federation.dispose();
});

test('a plan with a template refuses a model made without', () => {
  const without = (template: Template) =>
    createFederation({
      dataset: randomDataset(),
      plan: planOf('pf-msmtrec', { ...own, template }),
      model: (shape) => mmoe(shape, tinySizes),
      seed: 1,
    });
  for (const template of [
    own.template,
    { scenario: 'additive', task: 'none', rank: 4 },
    { scenario: 'plain', task: 'full', rank: 4 },
  ] as const) {
    assert.throws(
      () => without(template),
      /pf-msmtrec splits experts by a template, and the model mmoe was made without/,
    );
  }
  without({ scenario: 'plain', task: 'none', rank: 4 }).dispose();
});

test('every round reports finite figures of its rules', async () => {
  const federation = tinyFederation('pf-msmtrec');
  for await (const { diagnostics } of federation.rounds(2)) {
    const experts = diagnostics['expert.scenario'] as Record<string, unknown>;
    for (const key of ['cosines', 'conflicting', 'leastAlignment', 'directionNorm', 'rates']) assert.ok(key in experts);
    assert.ok('rates' in (diagnostics.tower as object));
    // JSON turns what is not finite into null.
    assert.not.match(JSON.stringify(diagnostics), /null/);
  }
  federation.dispose();
});

test.run();

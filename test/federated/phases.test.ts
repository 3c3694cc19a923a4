import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { type Tensor2D, tf } from '../../lib/backend/tensorflow';
import { makeConfig } from '../../lib/experiments/config';
import { restoreCheckpoint, saveCheckpoint } from '../../lib/federated/checkpoint';
import { createFederation, type Federation } from '../../lib/federated/federation';
import { methods } from '../../lib/federated/methods';
import { ablations, pfMsmtrec, pfMsmtrecDefaults } from '../../lib/federated/pf-msmtrec';
import { type Phase, stepsByPhase } from '../../lib/federated/phase';
import { type PlanOptions, planDefaults, type SharingPlan } from '../../lib/federated/plan';
import { average } from '../../lib/federated/rules/average';
import type { GroupUpdate, Rule } from '../../lib/federated/rules/rule';
import { mmoe } from '../../lib/models/mmoe';
import type { Model } from '../../lib/models/model';
import { constantSplit, datasetOf, numbersOf, randomDataset, tinySizes, valuesOf } from './fixtures';

const bottomUp = { ...pfMsmtrecDefaults, schedule: 'bottom-up' } as const;
const bottomUpPlan = (shared: Partial<PlanOptions> = {}) => pfMsmtrec({ ...planDefaults, ...shared }, bottomUp);

const federationOf = (plan: SharingPlan, steps = 4, participation = 1) =>
  createFederation({
    dataset: randomDataset(),
    plan,
    model: (shape, template) => mmoe(shape, tinySizes, template),
    seed: 1,
    batch: 32,
    participation,
    localWork: { steps },
  });

async function outcome(federation: Federation, rounds: number) {
  const records = [];
  for await (const record of federation.rounds(rounds)) records.push({ ...record, seconds: null });
  return { records, values: valuesOf(federation) };
}

const phase = (name: string, work: number, more: Partial<Phase> = {}): Phase => ({ name, work, ...more });

test('every phase gets a step, and all together those of the round', () => {
  const halves = [phase('a', 0.5), phase('b', 0.5)];
  const uneven = [phase('a', 0.05), phase('b', 0.7), phase('c', 0.25)];
  assert.equal(stepsByPhase(7, [phase('all', 1)]), [7]);
  assert.equal(stepsByPhase(10, halves), [5, 5]);
  assert.equal(stepsByPhase(20, uneven), [1, 14, 5]);
  assert.equal(stepsByPhase(5, uneven), [1, 3, 1]);
  assert.equal(stepsByPhase(3, uneven), [1, 1, 1]);
  assert.equal(stepsByPhase(1, halves), [1, 1], 'fewer steps than phases');
  for (let steps = 3; steps < 200; steps++) {
    const parts = stepsByPhase(steps, uneven);
    assert.is(
      parts.reduce((sum, part) => sum + part),
      steps,
    );
    assert.ok(Math.min(...parts) >= 1);
  }
});

test('one phase with everything is a round without phases, number for number', async () => {
  const joint = pfMsmtrec(planDefaults);
  const [plain, phased] = [federationOf(joint), federationOf({ ...joint, phases: [phase('whole', 1)] })];
  assert.equal(await outcome(phased, 2), await outcome(plain, 2));
  plain.dispose();
  phased.dispose();
});

test('steps that train towers move nothing else, neither values nor moments', async () => {
  const local: SharingPlan = { name: 'p', about: '', groups: {}, otherwise: null };
  const phases = [phase('all', 0.5), phase('towers', 0.5, { trains: ['tower'] })];
  const [two, twoAndTwo, four] = [
    federationOf(local, 2),
    federationOf({ ...local, phases }, 4),
    federationOf(local, 4),
  ];
  for (const federation of [two, twoAndTwo, four]) await federation.round();
  twoAndTwo.clients.forEach((client, i) => {
    for (const [name, slot] of client.slots) {
      const isTower = name.startsWith('tower.');
      assert.is(client.updates[name], isTower ? 4 : 2, name);
      for (const part of ['value', 'first', 'second'] as const) {
        tf.tidy(() => {
          const own = numbersOf(slot[part].read());
          const before = numbersOf(two.clients[i].slots.get(name)![part].read());
          assert.is(JSON.stringify(own) === JSON.stringify(before), !isTower, `${name}, ${part}`);
        });
      }
    }
    assert.is(client.steps, 4);
    // The statistics that prediction will use are measured in all steps.
    const statistics = (federation: Federation) =>
      tf.tidy(() => numbersOf(federation.clients[i].statistics.get('expert.0.mean')!.read()));
    assert.not.equal(statistics(twoAndTwo), statistics(two));
    // The rows are those of four joint steps.
    assert.equal(client.stream.state(), four.clients[i].stream.state());
  });
  for (const federation of [two, twoAndTwo, four]) federation.dispose();
});

/** logit = (w + v) · number; `w` is a group of its own, `v` the tower. */
const twoParameters = (): Model => ({
  name: 'two parameters',
  parameters: [
    { name: 'w', group: 'low', shape: [1, 1], initial: { value: 0 } },
    { name: 'v', group: 'tower', shape: [1, 1], initial: { value: 0 } },
  ],
  forward: (values, { numbers }) => tf.matMul(numbers, tf.add(values.w, values.v) as Tensor2D),
});

/** A rule that also writes down what it is given. */
const noted = (rule: Rule, log: [string, number[], number[]][]): Rule => ({
  ...rule,
  apply(update: GroupUpdate, state) {
    for (const { name } of update.parameters) {
      const all = (when: 'before' | 'after') => update.clients.flatMap((client) => numbersOf(client[when][name]));
      log.push([name, all('before'), all('after')]);
    }
    return rule.apply(update, state);
  },
});

const near = (actual: readonly number[], wanted: readonly number[], what: string) =>
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - wanted[i]) < 5e-6, `${what}: ${actual} against ${wanted}`); // Adam's .999 in float32
  });

test('two parameters by hand: the tower is trained on what was received, and moves from where it was received', async () => {
  const log: [string, number[], number[]][] = [];
  const lambda = 0.5;
  const federation = createFederation({
    dataset: datasetOf({ up: constantSplit(30, 1, 1), down: constantSplit(10, 1, 0) }, ['click']),
    plan: {
      name: 'p',
      about: '',
      groups: { low: noted(average('rows'), log), tower: noted(average('rows'), log) },
      otherwise: null,
      alignment: lambda,
      phases: [phase('low', 0.5, { shares: ['low'] }), phase('towers', 0.5, { trains: ['tower'], shares: ['tower'] })],
    },
    model: twoParameters,
    seed: 1,
    batch: 8,
    localWork: { steps: 2 },
    optimizer: { learningRate: 0.1, weightDecay: 0 },
  });
  const { clients, bytes, clientDiagnostics } = await federation.round();
  // Adam's first step is the learning rate: ±.1 for both. w becomes (30 · .1 − 10 · .1)/40 = .05 for both.
  const [low, tower] = log;
  assert.equal([low[0], tower[0]], ['w', 'v']);
  near(low[1], [0, 0], 'w received');
  near(low[2], [0.1, -0.1], 'w trained');
  near(tower[1], [0, 0], 'v received at the start of the round');
  // The tower's second gradient is σ(w + v) − y + λ v with w = .05, v = ±.1.
  const second = [1, -1].map((sign) => {
    const gradients = [-0.5 * sign, 1 / (1 + Math.exp(-0.05 - 0.1 * sign)) - (sign > 0 ? 1 : 0) + lambda * 0.1 * sign];
    const [m, v] = [0.9, 0.999].map((beta, power) =>
      gradients.reduce((sum, gradient) => beta * sum + (1 - beta) * gradient ** (power + 1), 0),
    );
    return 0.1 * sign - (0.1 * (m / (1 - 0.9 ** 2))) / Math.sqrt(v / (1 - 0.999 ** 2));
  });
  near(tower[2], second, 'v trained');
  valuesOf(federation).forEach(({ w, v }) => {
    near(w, [0.05], 'w');
    near(v, [(30 * second[0] + 10 * second[1]) / 40], 'v');
  });
  clients.forEach(({ steps, loss, alignment, phases }, i) => {
    assert.is(steps, 2);
    const [first, last] = phases!;
    assert.equal([first.phase, first.steps, last.phase, last.steps], ['low', 1, 'towers', 1]);
    near([loss, first.loss], [(first.loss + last.loss) / 2, Math.log(2)], 'loss');
    near([first.alignment!], [lambda * 0.1 ** 2], 'both have moved by .1');
    near([last.alignment!, alignment!], Array(2).fill((lambda / 2) * second[i] ** 2), 'w has just been received');
  });
  clientDiagnostics!.forEach(({ norms }, i) => {
    near([norms!.low.movement, norms!.tower.movement], [0.1, Math.abs(second[i])], 'movements before aggregation');
  });
  assert.equal(bytes, { up: 16, down: 16 });
  federation.dispose();
});

test('Adam corrects by the steps of the parameter: a first step is the learning rate, however late it comes', async () => {
  const federation = createFederation({
    dataset: datasetOf({ up: constantSplit(30, 1, 1) }, ['click']),
    plan: {
      name: 'p',
      about: '',
      groups: {},
      otherwise: null,
      phases: [phase('towers', 0.75, { trains: ['tower'] }), phase('low', 0.25, { trains: ['low'] })],
    },
    model: twoParameters,
    seed: 1,
    batch: 8,
    localWork: { steps: 4 },
    optimizer: { learningRate: 0.1, weightDecay: 0 },
  });
  await federation.round();
  assert.equal(federation.clients[0].updates, { w: 1, v: 3 });
  near(valuesOf(federation)[0].w, [0.1], 'w');
  federation.dispose();
});

test('a bottom-up round sends what a joint round sends, and of the tables the rows of the expert phase', async () => {
  const sent = async (plan: SharingPlan) => {
    const federation = federationOf(plan, 6);
    const { bytes, diagnostics } = await federation.round();
    federation.dispose();
    return { bytes, groups: Object.keys(diagnostics).sort() };
  };
  const whole = { embeddings: 'average' } as const;
  assert.equal(await sent(bottomUpPlan(whole)), await sent(pfMsmtrec({ ...planDefaults, ...whole })));

  let rows = [0, 0];
  const counted = (rule: Rule): Rule => ({
    ...rule,
    apply(update, state) {
      const touched = update.clients.map((client) => [...client.touched.embedding]);
      rows = [touched.flat().length, touched.length * new Set(touched.flat()).size];
      return rule.apply(update, state);
    },
  });
  const dense = (await sent(bottomUpPlan({ embeddings: 'local' }))).bytes;
  const byRows = bottomUpPlan();
  const embedding = counted(byRows.groups.embedding!);
  const { bytes } = await sent({ ...byRows, groups: { ...byRows.groups, embedding } });
  const rowBytes = 4 * tinySizes.embedding + 4;
  assert.ok(rows[0] > 0);
  assert.equal(bytes, { up: dense.up + rows[0] * rowBytes, down: dense.down + rows[1] * rowBytes });
});

test('a group that two phases share is sent twice, counts touched rows anew and reports twice', async () => {
  const seen: number[] = [];
  const rule: Rule = {
    name: 'note',
    apply({ parameters, clients }) {
      if (parameters[0].byRows) seen.push(clients[0].touched.embedding.length);
      const result = { values: clients.map(({ after }) => after), bytes: { up: 1, down: 2 } };
      return { ...result, diagnostics: { rows: clients[0].touched.embedding?.length } };
    },
  };
  const plan: SharingPlan = { name: 'p', about: '', groups: { embedding: rule, tower: rule }, otherwise: null };
  const phases = [phase('a', 0.5, { shares: ['embedding'] }), phase('b', 0.5)];
  const federation = federationOf({ ...plan, phases }, 2);
  const { bytes, diagnostics } = await federation.round();
  assert.equal(bytes, { up: 3, down: 6 });
  assert.equal(Object.keys(diagnostics).sort(), ['embedding (a)', 'embedding (b)', 'tower']);
  const once = federationOf({ ...plan, phases: [phase('all', 1)] }, 2);
  await once.round();
  const [a, b, both] = seen;
  assert.ok(a < both && b < both && a + b >= both, `${seen}`);
  federation.dispose();
  once.dispose();
});

test('a restored bottom-up federation goes on number for number', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf-checkpoint-'));
  const file = join(folder, 'state.safetensors');
  const before = liveTensors();
  const [whole, resumed] = [federationOf(bottomUpPlan(), 4, 0.5), federationOf(bottomUpPlan(), 4, 0.5)];
  for await (const _ of whole.rounds(2));
  saveCheckpoint(whole, file);
  restoreCheckpoint(resumed, file);
  const wanted = await outcome(whole, 3);
  assert.equal(await outcome(resumed, 3), wanted);
  assert.ok(wanted.records.every(({ clients }) => clients[0].phases?.length === 2));
  whole.dispose();
  resumed.dispose();
  assert.is(liveTensors(), before);
  rmSync(folder, { recursive: true });
});

test('phases that make no round are refused', () => {
  const refused = (phases: Phase[], message: RegExp) =>
    assert.throws(() => federationOf({ ...pfMsmtrec(planDefaults), phases }), message);
  refused([phase('a', 0.5), phase('a', 0.5)], /^.*plan pf-msmtrec: two have the same name\.$/);
  refused([phase('a', 0.5), phase('b', 0.4)], /sum to 1, not 0\.9/);
  refused([phase('a', 1), phase('b', 0)], /above 0/);
  refused([phase('a', 1, { trains: ['towers'] })], /"a" trains towers, of which the model mmoe has nothing/);
  refused([phase('a', 1, { shares: ['embedding'] })], /the group \S+ has a rule, and none shares it/);
});

test('the schedule is an option of PF-MSMTrec and of its ablations', async () => {
  const config = makeConfig([{ pfMsmtrec: { schedule: 'bottom-up', towerWork: 0.5 } }]);
  const names = Object.keys(ablations);
  for (const method of ['pf-msmtrec', ...names]) {
    const plan = methods[method](config);
    assert.equal(
      plan.phases?.map(({ name, work }) => [name, work]),
      [
        ['experts', 0.5],
        ['towers', 0.5],
      ],
    );
    const federation = federationOf(plan, 2);
    const { clients } = await federation.round();
    assert.equal(
      clients.map(({ steps }) => steps),
      [2, 2],
    );
    federation.dispose();
  }
  assert.is(methods['pf-msmtrec'](makeConfig([])).phases, undefined);
  assert.throws(() => makeConfig([{ pfMsmtrec: { schedule: 'topdown' as 'joint' } }]), /"pfMsmtrec.schedule" is wrong/);
});

test.run();

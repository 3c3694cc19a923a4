import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aucByScenario, dataCard, dataCardText, resultTable, tableText } from '../../lib';
import { liveTensors } from '../../lib/backend/execute';
import { type Tensor2D, tf } from '../../lib/backend/tensorflow';
import { synthetic } from '../../lib/data/synthetic/synthetic';
import type { Dataset } from '../../lib/data/types';
import { makeConfig } from '../../lib/experiments/config';
import { runExperiment } from '../../lib/experiments/run';
import { restoreCheckpoint, saveCheckpoint } from '../../lib/federated/checkpoint';
import { createFederation, type Federation } from '../../lib/federated/federation';
import { methods } from '../../lib/federated/methods';
import { type PfMsmtrecOptions, pfMsmtrecDefaults } from '../../lib/federated/pf-msmtrec';
import { planDefaults, type SharingPlan, sharingOf } from '../../lib/federated/plan';
import { average } from '../../lib/federated/rules/average';
import type { Rule } from '../../lib/federated/rules/rule';
import { mmoe } from '../../lib/models/mmoe';
import type { DataShape, Model } from '../../lib/models/model';
import { elements } from '../../lib/models/parameter';
import { constantSplit, datasetOf, numbersOf, tinySizes, valuesOf } from './fixtures';

/** logit of task k = w_k · number, where w starts at ½. */
const oneParameterPerTask = ({ tasks }: DataShape): Model => ({
  name: 'one parameter per task',
  parameters: [{ name: 'w', group: 'tower', shape: [1, tasks.length], initial: { value: 0.5 }, taskAxis: 1 }],
  forward: (values, { numbers }) => tf.matMul(numbers, values.w as Tensor2D),
});

/** Scenarios of equal rows: how many, and the label of each task that they have. */
function constantDataset(scenarios: Record<string, { rows: number; click: 0 | 1; buy?: 0 | 1 }>): Dataset {
  const splits = Object.entries(scenarios).map(([name, { rows, click, buy }]) => {
    const { labels, ...split } = constantSplit(rows, 1, click);
    const buys = buy === undefined ? [] : [new Uint8Array(rows).fill(buy)];
    return [name, { ...split, labels: [...labels, ...buys] }] as const;
  });
  const plain = datasetOf(Object.fromEntries(splits), ['click', 'buy']);
  return {
    ...plain,
    scenarios: plain.scenarios.map((one) => ({
      ...one,
      ...(scenarios[one.name].buy === undefined && { tasks: ['click'] }),
    })),
  };
}

const up = { rows: 30, click: 1, buy: 0 } as const;
const down = { rows: 10, click: 0, buy: 1 } as const;
const clicks = { rows: 20, click: 1 } as const;

const simple = (dataset: Dataset, method: string, more: { participation?: number; steps?: number } = {}) =>
  createFederation({
    dataset,
    plan: methods[method](planDefaults),
    model: oneParameterPerTask,
    seed: 1,
    batch: 60,
    participation: more.participation,
    localWork: { steps: more.steps ?? 1 },
    optimizer: { learningRate: 0.1, weightDecay: 0 },
  });

const near = (actual: readonly number[], wanted: readonly number[], what = '') => {
  assert.is(actual.length, wanted.length, what);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - wanted[i]) < 2e-6, `${what}: ${actual} against ${wanted}`);
  });
};

const softplus = (x: number) => Math.log1p(Math.exp(x));
/** Cross-entropy at logit ½. */
const [ofOne, ofZero] = [softplus(-0.5), softplus(0.5)];

test('one parameter per task, one step: loss, mean, bytes and scores of the tasks that there are', async () => {
  const federation = simple(constantDataset({ up, down, clicks }), 'fedavg');
  const { clients, bytes, validation } = await federation.round();
  near(
    clients.map(({ loss }) => loss),
    [(ofOne + ofZero) / 2, (ofZero + ofOne) / 2, ofOne],
    'mean over the own tasks',
  );
  // Adam's first step is .1 towards the label. Rows: click 30 up, 10 down, 20 up; buy 30 down, 10 up.
  const click = 0.5 + (0.1 * (30 - 10 + 20)) / 60;
  const buy = 0.5 + (0.1 * (-30 + 10)) / 40;
  const [first, second, third] = valuesOf(federation).map(({ w }) => w);
  near(first, [click, buy]);
  near(second, [click, buy]);
  near(third, [click]);
  assert.equal(bytes, { up: 4 * 5, down: 4 * 5 });
  assert.equal(
    validation.map(({ scenario, task }) => `${scenario} ${task}`),
    ['up click', 'up buy', 'down click', 'down buy', 'clicks click'],
  );
  federation.dispose();
});

test('a client that sits out gets of a task only what a participant had', async () => {
  const federation = simple(constantDataset({ up, clicks }), 'fedavg', { participation: 0.5 });
  const seen = new Set<string>();
  for (let round = 0; round < 8; round++) {
    const [before] = valuesOf(federation);
    const { clients, bytes } = await federation.round();
    const [both, click] = valuesOf(federation);
    assert.is(both.w[0], click.w[0]);
    assert.not.equal(both.w[0], before.w[0]);
    assert.is(both.w[1] === before.w[1], clients[0].client === 'clicks');
    assert.is(bytes.up, clients[0].client === 'clicks' ? 4 : 8);
    seen.add(clients[0].client);
  }
  assert.is(seen.size, 2);
  federation.dispose();
});

test('pooled rows without a task say nothing about it; every row counts the mean over its own tasks', async () => {
  const dataset = constantDataset({ both: { rows: 10, click: 0, buy: 1 }, clicks: { rows: 30, click: 1 } });
  const central = simple(dataset, 'central');
  const { clients, validation } = await central.round();
  // A step for each scenario, at logits ½ and then, a learning rate further towards most labels, .6 for both tasks.
  // Thirty rows with buy = 0 would have drawn that one down.
  const lossAt = (z: number) => (10 * ((softplus(z) + softplus(-z)) / 2) + 30 * softplus(-z)) / 40;
  near([clients[0].loss], [(lossAt(0.5) + lossAt(0.6)) / 2], 'loss');
  assert.equal(
    validation.map(({ scenario, task }) => `${scenario} ${task}`),
    ['both click', 'both buy', 'clicks click'],
  );
  const local = simple(dataset, 'local');
  const alone = (await local.round()).clients.map(({ loss }) => loss);
  near([lossAt(0.5)], [(10 * alone[0] + 30 * alone[1]) / 40], "the clients' losses by rows");
  central.dispose();
  local.dispose();
});

test("a rule of one's own that does not know of missing tasks is refused before training", () => {
  const rule: Rule = {
    name: 'mine',
    apply: ({ clients }) => ({ values: clients.map(({ after }) => after), bytes: { up: 0, down: 0 } }),
  };
  const plan = (group: string, its: Rule): SharingPlan => ({
    name: 'own',
    about: '',
    groups: { [group]: its },
    otherwise: null,
  });
  const federation = (its: SharingPlan, dataset: Dataset) =>
    createFederation({ dataset, plan: its, model: (shape, template) => mmoe(shape, tinySizes, template), seed: 1 });
  const [all, some] = [synthetic({ scale: 0.02 }), synthetic({ scale: 0.02, clicksOnly: ['US'] })];
  assert.throws(
    () => federation(plan('tower', rule), some),
    /^.*The rule mine of the group tower cannot tell which clients have a task, and US has click only: let it look/,
  );
  federation(plan('tower', rule), all).dispose();
  federation(plan('expert', rule), some).dispose();
  federation(plan('tower', { ...rule, missingTasks: true }), some).dispose();
});

const dataset = synthetic({ scale: 0.02, clicksOnly: ['US'] });
const US = 3;

function whole(options: Partial<PfMsmtrecOptions> = {}, method = 'pf-msmtrec', data = dataset, participation = 1) {
  const plan = methods[method]({ ...planDefaults, pfMsmtrec: { ...pfMsmtrecDefaults, ...options } });
  return federationOf(plan, data, participation);
}

const federationOf = (plan: SharingPlan, data = dataset, participation = 1): Federation =>
  createFederation({
    dataset: data,
    plan,
    model: (shape, template) => mmoe(shape, tinySizes, template),
    seed: 1,
    batch: 32,
    participation,
    localWork: { steps: 3 },
  });

test('the client has no tower, task part, gate or normalisation of the task; the others start as ever', () => {
  for (const task of ['low-rank', 'full', 'unit-scale', 'none'] as const) {
    const template = { ...pfMsmtrecDefaults.template, task };
    const federation = whole({ template });
    const complete = whole({ template }, 'pf-msmtrec', synthetic({ scale: 0.02 }));
    const [values, wanted] = [valuesOf(federation), valuesOf(complete)];
    assert.equal(values.slice(0, US), wanted.slice(0, US));
    const own = federation.clients[US].model.parameters;
    for (const [k, { name, shape, taskAxis }] of federation.model.parameters.entries()) {
      assert.equal(
        own[k].shape,
        taskAxis === undefined ? shape : shape.map((length, axis) => (axis === taskAxis ? 1 : length)),
        name,
      );
      const start = tf.tidy(() => {
        const all = tf.tensor(wanted[US][name], [...shape]);
        return numbersOf(taskAxis === undefined ? all : tf.gather(all, [0], taskAxis));
      });
      assert.equal(values[US][name], start, name);
    }
    const perTask = federation.model.parameters.filter(({ taskAxis }) => taskAxis !== undefined);
    const groups = ['gate', 'norm', 'tower', ...(task === 'none' ? [] : ['expert.task'])];
    assert.equal([...new Set(perTask.map(({ group }) => group))].sort(), groups.sort());
    federation.dispose();
    complete.dispose();
  }
});

test('PF-MSMTrec trains and is judged on what there is; what is sent is what clients have, and nothing local leaves', async () => {
  const plan = methods['pf-msmtrec'](planDefaults);
  const seen = new Map<string, Set<string>>();
  const recorded = (rule: Rule): Rule => ({
    ...rule,
    apply(update, state) {
      update.clients.forEach(({ before, after, tasks }, i) => {
        seen.set(
          update.group,
          new Set([...(seen.get(update.group) ?? []), ...Object.keys(before), ...Object.keys(after)]),
        );
        assert.equal(tasks, i === US ? [0] : undefined);
        if (i !== US) return;
        for (const { name, taskAxis } of update.parameters.filter((one) => one.taskAxis !== undefined)) {
          for (const values of [before, after]) {
            assert.ok(
              numbersOf(tf.gather(values[name], [1], taskAxis)).every((value) => value === 0),
              name,
            );
          }
        }
      });
      return rule.apply(update, state);
    },
  });
  const groups = Object.entries(plan.groups).map(([group, rule]) => [group, rule && recorded(rule)]);
  const federation = federationOf({ ...plan, groups: Object.fromEntries(groups) });
  const shared = (model: Model) => model.parameters.filter(({ group }) => sharingOf(plan, group) !== null);
  const dense = federation.clients.map(({ model }) =>
    shared(model).reduce((sum, one) => sum + (one.byRows ? 0 : 4 * elements(one)), 0),
  );
  assert.ok(dense[US] < dense[0] && dense[1] === dense[0]);
  for await (const { validation, macro, bytes, clients, diagnostics, clientDiagnostics } of federation.rounds(2)) {
    const conversions = validation.filter(({ task }) => task === 'conversion');
    assert.equal(
      conversions.map(({ scenario }) => scenario),
      ['NL', 'ES', 'FR'],
    );
    assert.is(validation.length, 7);
    const defined = conversions.flatMap(({ auc }) => auc ?? []); // FR has no conversion among so few rows
    assert.is(macro.conversion, (defined[0] + defined[1]) / 2);
    assert.is(defined.length, 2);
    assert.ok(clients.every(({ loss }) => loss > 0.2 && loss < 2));
    const rowBytes = 4 * tinySizes.embedding + 4;
    const touched = federation.clients.map((client) => client.touched.embedding);
    const any = touched[0].filter((_, row) => touched.some((flags) => flags[row])).length;
    const sent = touched.reduce((sum, flags) => sum + flags.filter(Boolean).length, 0);
    const all = dense.reduce((sum, one) => sum + one);
    assert.equal(bytes, { up: all + sent * rowBytes, down: all + 4 * any * rowBytes });
    const { rates } = diagnostics.tower as { rates: Record<string, number[]> };
    assert.is(rates.US.length, rates.NL.length / 2);
    const gates = clientDiagnostics!.flatMap((one) => one.gates!).map(({ tasks }) => Object.keys(tasks));
    assert.equal(gates, [...Array(3).fill(['click', 'conversion']), ['click']]);
  }
  const { parameters } = federation.model;
  for (const [group, names] of seen) {
    const allowed = parameters.filter((one) => one.group === group).map(({ name }) => name);
    assert.equal([...names].sort(), allowed.sort());
  }
  assert.equal([...seen.keys()].sort(), [...new Set(shared(federation.model).map(({ group }) => group))].sort());
  for (const kind of ['common', 'per-client'] as const) {
    const lines = federation.evaluateChosen('test', kind).map(({ score }) => `${score.scenario} ${score.task}`);
    assert.is(lines.length, 7);
    assert.not.ok(lines.includes('US conversion'));
  }
  federation.dispose();
});

test('a restored federation goes on number for number, in both schedules and with clients sitting out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf-checkpoint-'));
  const file = join(folder, 'state.safetensors');
  const tensors = liveTensors();
  for (const schedule of ['joint', 'bottom-up'] as const) {
    for (const participation of [1, 0.5]) {
      const start = () => whole({ schedule }, 'pf-msmtrec', dataset, participation);
      const [first, resumed] = [start(), start()];
      for await (const _ of first.rounds(2));
      saveCheckpoint(first, file);
      restoreCheckpoint(resumed, file);
      for (let round = 0; round < 3; round++) {
        const [again, record] = [await resumed.round(), await first.round()];
        assert.equal({ ...again, seconds: null }, { ...record, seconds: null });
      }
      assert.equal(valuesOf(resumed), valuesOf(first));
      assert.equal(resumed.evaluateChosen('test', 'per-client'), first.evaluateChosen('test', 'per-client'));
      first.dispose();
      resumed.dispose();
    }
  }
  const complete = whole({}, 'pf-msmtrec', synthetic({ scale: 0.02 }));
  saveCheckpoint(complete, file);
  const other = whole();
  assert.throws(() => restoreCheckpoint(other, file), /of another size: it was written by another federation/);
  complete.dispose();
  other.dispose();
  assert.is(liveTensors(), tensors);
  rmSync(folder, { recursive: true });
});

test('every method runs, and tables, figures and the data card leave the cell empty', async () => {
  const names = Object.keys(methods);
  const config = makeConfig([
    { methods: names, rounds: 1, localWork: { steps: 1 }, batch: 32, model: { ...tinySizes, dropout: 0 } },
  ]);
  const run = runExperiment(config, dataset);
  let step = await run.next();
  while (!step.done) {
    const gates = step.value.clientDiagnostics!.flatMap((one) => one.gates!);
    assert.equal(
      gates.map(({ tasks }) => Object.keys(tasks).length),
      [2, 2, 2, 1],
      step.value.method,
    );
    step = await run.next();
  }
  const table = resultTable(step.value);
  const at = table.columns.findIndex(({ group, label }) => group === 'conversion' && label === 'US');
  assert.is(table.rows.length, names.length);
  assert.ok(table.rows.every(({ cells }) => cells[at].text === '' && cells[at - 1].value !== null));
  assert.match(tableText(table), /pf-msmtrec/);
  assert.ok(aucByScenario(step.value).data.length > 0);
  assert.match(dataCardText(dataCard(dataset)), /│ US +│/);
});

test('groups that are averaged differ between clients only where a task is missing', async () => {
  const federation = federationOf({ name: 'p', about: '', groups: {}, otherwise: average('rows') });
  await federation.round();
  const values = valuesOf(federation);
  for (const { name, shape, taskAxis } of federation.model.parameters) {
    assert.equal(values[1][name], values[0][name], name);
    const wanted = tf.tidy(() => {
      const all = tf.tensor(values[0][name], [...shape]);
      return numbersOf(taskAxis === undefined ? all : tf.gather(all, [0], taskAxis));
    });
    assert.equal(values[US][name], wanted, name);
  }
  federation.dispose();
});

test.run();

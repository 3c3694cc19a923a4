import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDataset } from '../../../lib/data/open';
import { withoutTest } from '../../../lib/data/without-test';
import { runExperiment } from '../../../lib/experiments/run';
import { performRun, runStudy, type Study, type StudyRow, studyRuns } from '../../../lib/experiments/study';
import { candidatesOf } from '../../../lib/experiments/tuning/candidates';
import { candidateScores, fateOf } from '../../../lib/experiments/tuning/choose';
import { runSearch, type SearchDescription } from '../../../lib/experiments/tuning/search';

const search: SearchDescription = {
  name: 'tiny',
  study: {
    name: 'tiny',
    about: '',
    dataset: 'synthetic',
    open: { synthetic: { scale: 0.01 } },
    config: { model: { embedding: 2, experts: 2, expertLayers: [4], towerLayers: [] }, batch: 64 },
    methods: ['local', 'fedbn'],
    seeds: [1, 2],
    reference: 'fedbn',
  },
  methods: ['local', 'fedbn'],
  space: { 'optimizer.learningRate': [1e-4, 1e-3, 1e-2, 1e-1] },
  candidates: 'all',
  seed: 1,
  seeds: [3],
  stages: [1, 2],
  keep: 0.5,
};

/** Rows as a study would give them, from a made-up score. */
const pretend = (score: (method: string, learningRate: number, rounds: number) => number) => {
  return async ({ points, split }: Study): Promise<StudyRow[]> =>
    points.flatMap(({ setting, config: { methods, seeds } }) =>
      seeds.map((seed) => ({
        ...{ setting, method: methods[0], seed, split, scenario: 'NL', task: 'click', round: 1 },
        auc: score(methods[0], Number(setting.learningRate), Number(setting.rounds)),
        ...{ aucError: null, selection: 'per-client' as const, bytes: 0, seconds: 0 },
      })),
    );
};

async function inThisProcess(study: Study): Promise<StudyRow[]> {
  const rows: StudyRow[] = [];
  for await (const own of runStudy(study)) rows.push(...own);
  return rows;
}

test('the better half goes on, and the best of the last stage is chosen, for every method with the same budget', async () => {
  // 1e-2 is ahead after one round and behind after two.
  const values: Record<number, number[]> = { 1e-4: [0.5, 0.6], 1e-3: [0.6, 0.9], 1e-2: [0.7, 0.8], 1e-1: [0.4, 1] };
  const { rows, tuned } = await runSearch(
    search,
    {},
    pretend((method, rate, rounds) => values[rate][rounds - 1] - (method === 'local' && rate === 1e-3 ? 0.3 : 0)),
  );
  assert.is(rows.length, 2 * (4 + 2));
  assert.equal(tuned.fedbn, { setting: { learningRate: 1e-3 }, config: { optimizer: { learningRate: 1e-3 } } });
  assert.equal(tuned.local.setting, { learningRate: 1e-2 });
  const scores = candidateScores(rows);
  const fates = scores.filter(({ method }) => method === 'fedbn').map((one) => fateOf(one, scores));
  assert.equal(fates, ['dropped', 'goes on', 'goes on', 'dropped', 'chosen', 'dropped']);
});

test('candidates at random are the same for the same seed, inside their ranges and different from each other', () => {
  const space = {
    'optimizer.learningRate': { from: 1e-4, to: 1e-1, scale: 'log' as const },
    'model.dropout': [0, 0.5],
  };
  const some = candidatesOf(space, 40, 5);
  assert.equal(candidatesOf(space, 40, 5), some);
  assert.not.equal(candidatesOf(space, 40, 6), some);
  const rates = some.map(({ setting }) => Number(setting.learningRate));
  assert.ok(rates.every((rate) => rate >= 1e-4 && rate <= 1e-1));
  const middle = rates.filter((rate) => rate < 10 ** -2.5).length; // half of them, on a logarithmic scale
  assert.ok(middle > 10 && middle < 30, `${middle} of 40`);
  assert.is(new Set(some.map(({ setting }) => setting.dropout)).size, 2);
  const listed = candidatesOf({ 'model.dropout': [0, 0.1, 0.2, 0.3] }, 3, 1);
  assert.is(new Set(listed.map(({ setting }) => setting.dropout)).size, 3);
  assert.throws(() => candidatesOf(space, 'all', 1), /range has no end/);
});

test('nothing is chosen by test: the runs of a search have no test rows, and rows of test are refused', async () => {
  const dataset = await openDataset('synthetic', { synthetic: { scale: 0.01 } });
  const sealed = withoutTest(dataset);
  assert.ok(sealed.scenarios.every(({ splits }) => splits.test.rows === 0 && splits.test.labels[0].length === 0));
  assert.is(sealed.bayesAuc, undefined);
  assert.is(sealed.scenarios[0].splits.validation, dataset.scenarios[0].splits.validation);

  const { rows } = await runSearch({ ...search, stages: [1] }, {}, inThisProcess);
  assert.ok(rows.length > 0 && rows.every(({ split, auc }) => split === 'validation' && auc !== undefined));
  assert.throws(() => candidateScores([{ ...rows[0], split: 'test' }]), /is of the test split/);

  // A study that would choose and asks for test all the same finds nothing there to score.
  const [run] = studyRuns({ name: '', about: '', reference: 'fedbn', split: 'validation', points: [pointOf(0.01)] });
  assert.ok((await performRun(run)).every((row) => row.split === 'validation'));
  const config = { ...run.point.config, methods: ['fedbn'], seeds: [3] };
  const lines = runExperiment(config, sealed, { splits: ['test'] });
  let step = await lines.next();
  while (!step.done) step = await lines.next();
  assert.ok(step.value.every(({ auc, rows }) => auc === null && rows === 0));
});

test('what a search chooses does not depend on the test labels', async () => {
  // The generator's validation rows come before its test rows, so other test rows leave them as they are.
  const scores = async (seal: boolean) => {
    const dataset = await openDataset('synthetic', { synthetic: { scale: 0.01 } });
    const scenarios = dataset.scenarios.map((scenario) => {
      const { test } = scenario.splits;
      const labels = test.labels.map((column) => column.map((label) => 1 - label));
      return { ...scenario, splits: { ...scenario.splits, test: { ...test, labels } } };
    });
    const [run] = studyRuns({ name: '', about: '', reference: 'fedbn', split: 'validation', points: [pointOf(0.01)] });
    const rounds = runExperiment({ ...run.point.config }, seal ? withoutTest(dataset) : { ...dataset, scenarios }, {
      splits: ['validation'],
    });
    let step = await rounds.next();
    while (!step.done) step = await rounds.next();
    return step.value.map(({ auc }) => auc);
  };
  assert.equal(await scores(true), await scores(false));
});

function pointOf(scale: number): Study['points'][number] {
  const [point] = studyRuns({ name: '', about: '', reference: 'fedbn', split: 'validation', points: stage() });
  return { ...point.point, open: { synthetic: { scale } } };
}

function stage(): Study['points'] {
  let points: Study['points'] = [];
  void runSearch({ ...search, methods: ['fedbn'], stages: [1] }, {}, async (study) => {
    points = study.points;
    return pretend(() => 0.5)(study);
  });
  return points;
}

test.run();

import fs = require('node:fs');

import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RankingStudyDescription } from '../../lib/experiments/description';
import { openRankingStore, readRankingResults, runRanking } from '../../lib/experiments/ranking';
import { performRankingRun, type RankingRow, rankingDataOf, withoutTest } from '../../lib/experiments/ranking/study';
import { readSources } from '../../lib/experiments/sources';
import { writeAtomically } from '../../lib/experiments/store-files';
import { rankingSearches, rankingStudies } from '../../lib/experiments/studies';
import { studyRuns } from '../../lib/experiments/study';
import { studyOf } from '../../lib/experiments/study-of';
import { candidateScores, fateOf } from '../../lib/experiments/tuning/choose';
import { type RankingSearchDescription, runSearch } from '../../lib/experiments/tuning/search';
import { runInWorkers } from '../../lib/experiments/workers';
import { combinations } from '../../lib/multitask/combinations';
import { pairedTable, rankingStudyHtml, rankingStudyTables, rankingStudyText, reportText } from '../../lib/report';
import { faultAt } from './faults';

const tiny: RankingStudyDescription = {
  track: 'ranking',
  name: 'tiny',
  about: 'A tiny study.',
  dataset: 'synthetic-ranking',
  open: { synthetic: { users: 60, items: 40, perUser: 8 } },
  config: { epochs: 2, embedding: 4, batch: 64, auxiliary: ['social'] },
  methods: ['bpr', 'ew', 'pmtrec'],
  seeds: [1, 2, 3],
  reference: 'ew',
};

const search: RankingSearchDescription = {
  name: 'tiny',
  study: tiny,
  methods: ['bpr', 'pmtrec'],
  space: { 'optimizer.learningRate': [1e-3, 1e-2], 'optimizer.weightDecay': [1e-6, 1e-4] },
  candidates: 3,
  seed: 1,
  seeds: [11, 12],
  stages: [1, 2],
  keep: 0.5,
};

const folder = mkdtempSync(join(tmpdir(), 'pf ranking study '));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const withoutTimes = (rows: readonly RankingRow[]) => rows.map((row) => ({ ...row, seconds: 0 }));

test('a study leaves a row per run, split and metric; an interrupted one ends with the same numbers', async () => {
  const study = studyOf({ ...tiny, seeds: [1, 2] });
  const out = join(folder, 'study');
  const first = await runInWorkers(study, { folder: out, workers: 1 });
  assert.equal(first.failures, []);
  assert.is(first.rows.length, 3 * 2 * 2 * 8);
  const [row] = first.rows;
  const names = ['setting', 'method', 'seed', 'split', 'metric', 'value', 'epoch', 'seconds'];
  assert.equal(Object.keys(row).sort(), [...names, 'configuration', 'environment', 'code', 'data'].sort());
  const origins = JSON.parse(readFileSync(join(out, 'all', 'bpr-1', 'origins.json'), 'utf8'));
  assert.is(row.configuration, origins.configuration);
  assert.is(origins.environments[row.environment ?? ''].code, row.code);

  // What a process leaves that is killed in its second epoch: no results, an epoch, and half a line.
  const cut = join(out, 'all', 'pmtrec-2');
  const [epoch] = readFileSync(join(cut, 'epochs.jsonl'), 'utf8').split('\n');
  writeAtomically(join(cut, 'epochs.jsonl'), `${epoch}\n`);
  appendFileSync(join(cut, 'epochs.jsonl'), epoch.slice(0, 30));
  rmSync(join(cut, 'results.jsonl'));
  const computed: string[] = [];
  const again = await runInWorkers(study, { folder: out, workers: 1, onRun: ({ method }) => computed.push(method) });
  assert.equal(withoutTimes(again.rows), withoutTimes(first.rows));
  assert.is(computed.length, 6);
  assert.is(readRankingResults(cut).rounds.length, 2);

  const anew = await runInWorkers(study, { folder: out, workers: 1, again: true });
  assert.equal(withoutTimes(anew.rows), withoutTimes(first.rows));
  assert.not.equal(anew.rows, first.rows);
});

test('a full disk is said, leaves whole files, and the run goes on from them', async () => {
  const [run] = studyRuns(studyOf(tiny));
  const whole = await performRankingRun(run);
  const out = join(folder, 'full');
  const store = openRankingStore(out, run.point.config as object as Record<string, unknown>);
  const { fsyncSync } = fs;
  faultAt('fsyncSync', 2, 'full'); // the second epoch
  try {
    await performRankingRun(run, { store });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /cannot be written to .*: the disk is full \(ENOSPC\)\. Make room/);
  } finally {
    Object.assign(fs, { fsyncSync });
  }
  assert.is(readRankingResults(out).rounds.length, 1);
  const rest = await performRankingRun(run, { store });
  assert.is(readRankingResults(out).rounds.length, 2);
  store.close();
  const numbers = (rows: readonly RankingRow[]) =>
    rows.map(({ split, metric, value, epoch }) => [split, metric, value, epoch]);
  assert.equal(numbers(rest), numbers(whole));
});

test('a run that fails is recorded, and the others go on', async () => {
  const study = studyOf({ ...tiny, methods: ['bpr', 'ew'], seeds: [1], config: { ...tiny.config, epochs: 9 } });
  const wild = { ...study.points[0].config, optimizer: { ...study.points[0].config.optimizer, learningRate: 1e30 } };
  const points = [{ ...study.points[0], config: wild }, study.points[1]];
  const { rows, failures } = await runInWorkers({ ...study, points }, { folder: join(folder, 'fails'), workers: 1 });
  assert.equal([...new Set(rows.map(({ method }) => method))], ['ew']);
  assert.is(failures.length, 1);
  assert.match(failures[0].message, 'did the training diverge?');
});

test('a search gives every method the same budget, and its runs have no test interactions', async () => {
  const runs: string[] = [];
  const { rows, tuned } = await runSearch(search, {}, async (stage) => {
    assert.is(stage.split, 'validation');
    const all: RankingRow[] = [];
    for (const run of studyRuns(stage)) {
      runs.push(`${run.method} ${run.point.config.epochs} ${JSON.stringify(run.point.config.optimizer)} ${run.seed}`);
      all.push(...(await performRankingRun(run)));
    }
    return all;
  });
  assert.is(runs.length, 2 * 2 * (3 + 2));
  const candidatesOf = (method: string) =>
    runs.filter((run) => run.startsWith(`${method} 1 `)).map((run) => run.slice(method.length));
  assert.equal(candidatesOf('bpr'), candidatesOf('pmtrec'));
  assert.is(runs.filter((run) => run.startsWith('bpr 2')).length, 4);
  assert.ok(rows.every(({ split, metric }) => split === 'validation' && metric === 'recall@20'));
  const scores = candidateScores(rows);
  for (const method of search.methods) {
    const chosen = scores.filter((one) => one.method === method && fateOf(one, scores) === 'chosen');
    assert.is(chosen.length, 1);
    assert.equal(chosen[0].setting, tuned[method].setting);
    const last = scores.filter((one) => one.method === method && one.rounds === 2).map(({ score }) => score);
    assert.is(chosen[0].score, Math.max(...last));
  }
  assert.throws(() => candidateScores([{ ...rows[0], split: 'test' }]), /is of the test split/);
  const [{ point }] = studyRuns(studyOf(tiny));
  const whole = await rankingDataOf(point);
  assert.ok(whole.test.users.length > 0);
  assert.is(withoutTest(whole).test.users.length + withoutTest(whole).test.items.length, 0);
});

test('what a search sees does not depend on the test interactions', async () => {
  const [{ point }] = studyRuns(studyOf(tiny));
  const whole = await rankingDataOf(point);
  const scores = async (dataset: typeof whole) => {
    const run = runRanking({ ...point.config, methods: ['ew'], seeds: [1] }, dataset, { splits: ['validation'] });
    let step = await run.next();
    while (!step.done) step = await run.next();
    return step.value.map(({ split, metric, value }) => [split, metric, value]);
  };
  assert.equal(await scores(withoutTest(whole)), await scores(whole));
});

/** Rows of a study from made-up scores. */
const madeUp = (value: (method: string, seed: number) => number): RankingRow[] =>
  ['bpr', 'ew', 'pmtrec'].flatMap((method) =>
    [1, 2, 3].flatMap((seed) =>
      (['validation', 'test'] as const).flatMap((split) =>
        ['recall@5', 'recall@20', 'ndcg@20'].map((metric) => ({
          ...{ setting: {}, method, seed, split, metric, epoch: 3, seconds: 1 },
          value: value(method, seed) + (split === 'test' ? 0 : 0.5),
        })),
      ),
    ),
  );

test('tables: test figures, differences to the reference with stars, all cutoffs for programs', () => {
  const noise = [0, 0.001, -0.001];
  const rows = madeUp(
    (method, seed) => ({ bpr: 0.1, ew: 0.2, pmtrec: 0.2 })[method]! + noise[(seed + method.length) % 3],
  );
  const facts = { name: 'tiny', about: '', reference: 'ew', split: 'test' as const };
  const own = rows.filter(({ split, metric }) => split === 'test' && metric === 'recall@20');
  const [bpr, ew, pmtrec] = pairedTable(own, 'ew');
  assert.match(String(bpr['ew ahead by (recall@20)']), /^\+0\.1000 ±0\.00\d+ \*\*$/);
  assert.is(ew['ew ahead by (recall@20)'], '–');
  assert.not.match(String(pmtrec['ew ahead by (recall@20)']), /\*/);
  assert.match(String(bpr['recall@20']), /^0\.1000 ±0\.0025$/);
  const [table] = rankingStudyTables(facts, rows);
  assert.equal(
    table.columns.slice(0, 3).map(({ group, label }) => `${group} ${label}`),
    ['recall @5', 'recall @20', 'ndcg @20'],
  );
  const text = rankingStudyText(facts, rows);
  assert.match(text, 'ew ahead by (ndcg@20)');
  assert.not.match(text, 'AUC');
  assert.not.match(rankingStudyHtml(facts, rows), 'AUC');
});

test('a mixed folder shows rankings beside the rest', async () => {
  const out = join(folder, 'mixed');
  const study = studyOf({ ...tiny, methods: ['bpr'], seeds: [1] });
  const { rows } = await runInWorkers(study, { folder: join(out, 'tiny'), workers: 1 });
  writeAtomically(join(out, 'tiny', 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const store = openRankingStore(join(out, 'a-run'), { name: 'a-run' });
  store.writeResults([
    { method: 'ew', seed: 1, split: 'test', metric: 'recall@20', value: 0.25, epoch: 1, seconds: 1 },
  ]);
  store.close();
  const sources = readSources([out]);
  assert.equal(
    sources.rankings?.map(({ name, rows }) => `${name} ${rows.length}`),
    ['a-run 1', 'tiny 16'],
  );
  const text = reportText(sources, 'text');
  assert.match(text, 'Test ranking, a-run');
  assert.match(text, '0.2500');
  assert.match(text, 'Test ranking, tiny');
});

test('the studies and the search of the kit can be made, with the same space for every method', () => {
  const { lastfm } = rankingSearches;
  assert.equal(lastfm.methods, ['bpr', ...Object.keys(combinations)]);
  for (const name of ['learningRate', 'weightDecay']) assert.ok(`optimizer.${name}` in lastfm.space);
  for (const description of Object.values(rankingStudies)) {
    for (const size of ['quick', 'full'] as const) {
      const { points } = studyOf({ ...description, tuned: undefined }, { size, data: 'folder' });
      assert.ok(points.every(({ track, open }) => track === 'ranking' && open?.data === 'folder'));
    }
  }
  assert.is(studyRuns(studyOf({ ...rankingStudies.lastfm, tuned: undefined })).length, 20 * 5);
});

test.run();

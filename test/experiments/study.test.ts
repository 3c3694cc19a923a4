import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dialStudy } from '../../lib/experiments/studies';
import { readStudyRows, runStudy, type StudyRow, settingText, studyRuns } from '../../lib/experiments/study';
import { runInWorkers } from '../../lib/experiments/workers';

const tiny = dialStudy({
  dial: 'inputShift',
  values: [0, 1],
  methods: ['local', 'fedbn'],
  seeds: [3, 4],
  scale: 0.01,
  config: { rounds: 1, model: { embedding: 2, experts: 2, expertLayers: [4], towerLayers: [] } },
});

test('a study lists its runs seed by seed, every point with the methods of its own', () => {
  const runs = studyRuns(tiny).map(({ point, method, seed }) => `${settingText(point.setting)} ${method} ${seed}`);
  assert.is(runs.length, 8);
  assert.equal(runs.slice(0, 4), [
    'inputShift 0 local 3',
    'inputShift 0 fedbn 3',
    'inputShift 1 local 3',
    'inputShift 1 fedbn 3',
  ]);
});

test('every run gives one row per scenario and task', async () => {
  const rows: StudyRow[] = [];
  for await (const own of runStudy(tiny)) rows.push(...own);
  assert.is(rows.length, 8 * 4 * 2);
  assert.equal(rows[0].setting, { inputShift: 0 });
  assert.ok(rows.every(({ round }) => round === 1));
});

test('in worker processes each run has a folder of its own, and a finished one is read again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf study '));
  const first = await runInWorkers(tiny, { folder, workers: 2 });
  assert.is(first.length, 8 * 4 * 2 * 2); // both kinds of selection
  assert.equal(readdirSync(folder), ['inputShift-0', 'inputShift-1']);
  rmSync(join(folder, 'inputShift-1', 'local-4'), { recursive: true });
  let ended = 0;
  const again = await runInWorkers(tiny, { folder, workers: 1, onRun: () => ended++ });
  const comparable = (rows: readonly StudyRow[]) => rows.map((row) => ({ ...row, seconds: 0 }));
  assert.equal(comparable(again), comparable(first));
  assert.is(ended, 8);
  rmSync(folder, { recursive: true });
});

test('a run that fails is named after all others have ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf study '));
  const [good, other] = tiny.points;
  const bad = { ...other, setting: { inputShift: 9 }, dataset: 'census-income', open: { data: join(folder, 'none') } };
  let ended = 0;
  const options = { folder, workers: 2, onRun: () => ended++ };
  const problem = await runInWorkers({ ...tiny, points: [good, bad] }, options).catch((error: Error) => error);
  assert.ok(problem instanceof Error);
  assert.match((problem as Error).message, /inputShift-9.*fedbn-3: .*no such folder/);
  assert.is(ended, 1);
  rmSync(folder, { recursive: true });
});

test('stored rows are read back, and a missing file says what makes it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf study '));
  const row = {
    setting: {},
    method: 'm',
    seed: 1,
    scenario: 's',
    task: 't',
    auc: null,
    round: 1,
    selection: 'per-client',
  };
  const common = { ...row, selection: 'common' };
  writeFileSync(join(folder, 'rows.jsonl'), `${JSON.stringify(row)}\n${JSON.stringify(common)}\n`);
  assert.equal(readStudyRows(join(folder, 'rows.jsonl')), [row]);
  assert.equal(readStudyRows(join(folder, 'rows.jsonl'), 'common'), [common]);
  assert.throws(() => readStudyRows(join(folder, 'none.jsonl')), /npm start -- study/);
  rmSync(folder, { recursive: true });
});

test.run();

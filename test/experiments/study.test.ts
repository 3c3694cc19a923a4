import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Failure } from '../../lib/experiments/failures';
import { readJsonLines } from '../../lib/experiments/store-files';
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

const withoutTimes = (rows: readonly StudyRow[]) => rows.map((row) => ({ ...row, seconds: 0 }));

const childrenOf = (pid: number): number[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, program]) => Number(parent) === pid && program !== 'ps')
    .map(([child]) => Number(child));

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
  const notes: string[] = [];
  const first = await runInWorkers(tiny, { folder, onNote: (text) => notes.push(text) });
  assert.is(first.rows.length, 8 * 4 * 2 * 2); // both kinds of selection
  assert.equal(first.failures, []);
  assert.match(notes.join(), /^\d+ process(es)? works?: \d+ cores, 0\.\d GB for each, [\d.]+ GB free\.$/);
  assert.equal(readdirSync(folder), ['inputShift-0', 'inputShift-1']);
  const { configuration, environments } = JSON.parse(
    readFileSync(join(folder, 'inputShift-0', 'fedbn-3', 'origins.json'), 'utf8'),
  );
  const row = first.rows.find(({ setting, method, seed }) => !setting.inputShift && method === 'fedbn' && seed === 3);
  assert.is(row?.configuration, configuration);
  assert.is(environments[row?.environment ?? ''].code, row?.code);
  assert.match(row?.data ?? '', /^[0-9a-f]{12}$/);

  rmSync(join(folder, 'inputShift-1', 'local-4'), { recursive: true });
  let ended = 0;
  const shares: number[] = [];
  const options = { folder, workers: 1, onRun: () => ended++, onProgress: (share: number) => shares.push(share) };
  const again = await runInWorkers(tiny, options);
  assert.equal(withoutTimes(again.rows), withoutTimes(first.rows));
  assert.is(ended, 8);
  assert.is(shares.at(-1), 1);
  rmSync(folder, { recursive: true });
});

test('finished runs are computed anew when that is asked for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf study '));
  const one = { ...tiny, points: tiny.points.slice(0, 1) };
  const first = await runInWorkers(one, { folder });
  const file = join(folder, 'inputShift-0', 'local-3', 'results.jsonl');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"auc":[\d.]+/g, '"auc":0.5'));
  const read = await runInWorkers(one, { folder });
  assert.ok(read.rows.filter(({ method }) => method === 'local').every(({ auc }) => auc === 0.5 || auc === null));
  const again = await runInWorkers(one, { folder, again: true });
  assert.equal(withoutTimes(again.rows), withoutTimes(first.rows));
  assert.not.ok(existsSync(join(folder, 'inputShift-0', 'local-3', 'again')));
  rmSync(folder, { recursive: true });
});

test('a run that fails is recorded, and the others go on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf study '));
  const [good, other] = tiny.points;
  const bad = { ...other, setting: { inputShift: 9 }, dataset: 'census-income', open: { data: join(folder, 'none') } };
  const { rows, failures } = await runInWorkers({ ...tiny, points: [bad, good] }, { folder, workers: 2 });
  assert.is(rows.length, 4 * 2 * 2);
  assert.is(failures.length, 1);
  const stored = readJsonLines<Failure>(join(folder, 'failures.jsonl')).lines;
  assert.equal(stored, failures);
  assert.is(stored[0].attempt, 1);
  assert.equal(stored[0].setting, { inputShift: 9 });
  assert.match(stored[0].message, 'no such folder');
  rmSync(folder, { recursive: true });
});

test('a process that is killed is replaced, and its run has a second chance', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf study '));
  const failed: Failure[] = [];
  let killed = 0;
  const { rows, failures } = await runInWorkers(tiny, {
    folder,
    workers: 2,
    onRun: () => {
      if (killed++ > 0) return;
      for (const pid of childrenOf(process.pid)) process.kill(pid, 'SIGKILL');
    },
    onFailure: (failure) => failed.push(failure),
  });
  assert.is(rows.length, 8 * 4 * 2 * 2);
  assert.equal(failures, []);
  assert.ok(failed.length >= 1);
  assert.is(failed[0].signal, 'SIGKILL');
  assert.match(failed[0].message, 'which systems do when memory runs out');
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

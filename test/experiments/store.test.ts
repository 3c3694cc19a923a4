import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openStore, type ResultLine, readStore, type StoredRound, StoreError } from '../../lib';
import { originOf } from '../../lib/experiments/origin';

const CONFIGURATION = {
  name: 'tiny',
  methods: ['local'],
  seeds: [1],
  rounds: 2,
  model: { experts: [8, 4] },
  data: { rows: 10 },
};

/** What the store adds to each line. */
const ORIGIN = originOf(CONFIGURATION);

function temporaryFolder(): string {
  return join(mkdtempSync(join(tmpdir(), 'pf-store-')), 'results');
}

function round(method: string, seed: number, number: number): StoredRound {
  return {
    ...ORIGIN,
    method,
    seed,
    round: number,
    clients: [{ client: 'NL', steps: 5, loss: 0.25 }],
    validation: [{ scenario: 'NL', task: 'click', auc: 0.75, logLoss: 0.2, rows: 8, positives: 2 }],
    macro: { click: 0.75, mean: 0.75 },
    bytes: { up: 10, down: 20 },
    seconds: { local: 1, aggregate: 0, evaluate: 0.5 },
    diagnostics: {},
  };
}

function result(method: string, seed: number, auc: number): ResultLine {
  return {
    ...ORIGIN,
    ...{ method, seed, auc, scenario: 'NL', task: 'click', split: 'test', selection: 'common' },
    ...{ logLoss: 0.2, rows: 8, positives: 2, round: 2, bytes: 60, seconds: 3 },
  };
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.instance(error, StoreError);
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

test('what was written is read back', () => {
  const folder = temporaryFolder();
  const store = openStore(folder, CONFIGURATION);
  store.appendRound(round('local', 1, 1));
  store.appendRound(round('local', 1, 2));
  store.writeResults([result('local', 1, 0.8)]);
  store.writeReferences([{ name: 'trees', kind: 'floor', values: { NL: { click: 0.7 } } }]);
  store.writeDataCard('10 rows');
  store.close();
  assert.equal(readStore(folder), {
    folder,
    configuration: CONFIGURATION,
    rounds: [round('local', 1, 1), round('local', 1, 2)],
    results: [result('local', 1, 0.8)],
    references: [{ name: 'trees', kind: 'floor', values: { NL: { click: 0.7 } } }],
    origins: { ...ORIGIN, environments: {} },
    failures: [],
    dataCard: '10 rows',
  });
});

test('results replace earlier ones of the same method and seed and keep the others', () => {
  const store = openStore(temporaryFolder(), CONFIGURATION);
  store.writeResults([result('local', 1, 0.8)]);
  store.writeResults([result('fedavg', 1, 0.7), result('local', 2, 0.6)]);
  store.writeResults([result('local', 1, 0.9)]);
  assert.equal(store.read().results, [result('fedavg', 1, 0.7), result('local', 2, 0.6), result('local', 1, 0.9)]);
  assert.equal(store.finishedRuns(), [
    { method: 'fedavg', seed: 1 },
    { method: 'local', seed: 2 },
    { method: 'local', seed: 1 },
  ]);
  assert.is(store.isFinished('local', 2), true);
  assert.is(store.isFinished('fedavg', 2), false);
  store.close();
});

test('rounds after a checkpoint are dropped for that run alone', () => {
  const store = openStore(temporaryFolder(), CONFIGURATION);
  for (const number of [1, 2, 3]) {
    store.appendRound(round('local', 1, number));
    store.appendRound(round('local', 2, number));
  }
  store.dropRoundsAfter('local', 1, 1);
  const left = store.read().rounds.map((line) => [line.seed, line.round]);
  assert.equal(left, [
    [1, 1],
    [2, 1],
    [2, 2],
    [2, 3],
  ]);
  store.dropRoundsAfter('local', 2, 0);
  assert.equal(store.read().rounds, [round('local', 1, 1)]);
  store.close();
});

test('a torn last line is left out when reading and mended when the run goes on', () => {
  const folder = temporaryFolder();
  const store = openStore(folder, CONFIGURATION);
  store.appendRound(round('local', 1, 1));
  store.close();
  const path = join(folder, 'rounds.jsonl');
  const whole = readFileSync(path, 'utf8');
  appendFileSync(path, '{"method":"local","se');
  assert.equal(readStore(folder).rounds, [round('local', 1, 1)]);
  assert.is.not(readFileSync(path, 'utf8'), whole);
  const again = openStore(folder, CONFIGURATION);
  assert.is(readFileSync(path, 'utf8'), whole);
  again.appendRound(round('local', 1, 2));
  assert.equal(again.read().rounds, [round('local', 1, 1), round('local', 1, 2)]);
  again.close();
});

test('a line that lacks only its line break is kept', () => {
  const folder = temporaryFolder();
  openStore(folder, CONFIGURATION).close();
  writeFileSync(join(folder, 'rounds.jsonl'), JSON.stringify(round('local', 1, 1)));
  const store = openStore(folder, CONFIGURATION);
  store.appendRound(round('local', 1, 2));
  assert.equal(store.read().rounds, [round('local', 1, 1), round('local', 1, 2)]);
  store.close();
});

test('a bad line in the middle is an error with its place', () => {
  const folder = temporaryFolder();
  openStore(folder, CONFIGURATION).close();
  const path = join(folder, 'rounds.jsonl');
  writeFileSync(path, `${JSON.stringify(round('local', 1, 1))}\nnot JSON\n${JSON.stringify(round('local', 1, 2))}\n`);
  assert.is(
    messageOf(() => readStore(folder)),
    `${path}, line 2: not a JSON object. The file was changed by hand or by a failing disk; delete the line to go on.`,
  );
});

test('a file where the folder should be', () => {
  const file = temporaryFolder();
  writeFileSync(file, '');
  assert.is(
    messageOf(() => openStore(file, CONFIGURATION)),
    `Results cannot be written to ${file}: a file of that name is in the way (EEXIST). Choose a folder that can be written with --out FOLDER.`,
  );
  assert.is(
    messageOf(() => openStore(join(file, 'inner'), CONFIGURATION)),
    `Results cannot be written to ${join(file, 'inner')}: a part of the path is a file (ENOTDIR). Choose a folder that can be written with --out FOLDER.`,
  );
});

test('a folder that holds results of another configuration', () => {
  const folder = temporaryFolder();
  const store = openStore(folder, CONFIGURATION);
  store.appendRound(round('local', 1, 1));
  store.close();
  const other = { ...CONFIGURATION, rounds: 5, model: { experts: [8, 8] } };
  assert.is(
    messageOf(() => openStore(folder, other)),
    `${folder} holds results of another configuration: rounds is 2 there and 5 now; model.experts is [8,4] there and [8,8] now. ` +
      'Choose another folder with --out FOLDER, or delete this one to start afresh.',
  );
  assert.is(existsSync(join(folder, 'run.lock')), false);
  assert.equal(readStore(folder).configuration, CONFIGURATION);
});

test('methods and seeds may be added, and the order of options does not matter', () => {
  const folder = temporaryFolder();
  const store = openStore(folder, { rounds: 2, model: { a: 1, b: 2 }, methods: ['local'], seeds: [1] });
  store.writeResults([result('local', 1, 0.8)]);
  store.close();
  openStore(folder, { model: { b: 2, a: 1 }, rounds: 2, methods: ['fedavg'], seeds: [1, 2] }).close();
  assert.equal(readStore(folder).configuration, {
    model: { b: 2, a: 1 },
    rounds: 2,
    methods: ['local', 'fedavg'],
    seeds: [1, 2],
  });
});

test('a folder without results takes a new configuration', () => {
  const folder = temporaryFolder();
  openStore(folder, CONFIGURATION).close();
  openStore(folder, { rounds: 9 }).close();
  assert.equal(readStore(folder).configuration, { rounds: 9 });
});

test('a running process keeps others out', () => {
  const folder = temporaryFolder();
  mkdirSync(folder);
  const lock = join(folder, 'run.lock');
  // The parent of this process runs as long as the test does.
  writeFileSync(lock, JSON.stringify({ pid: process.ppid, host: hostname(), began: null }));
  assert.is(
    messageOf(() => openStore(folder, CONFIGURATION)),
    `${folder} is being written by the run with process number ${process.ppid} on ${hostname()}. Wait for it to end, ` +
      `or choose another folder with --out FOLDER (if no such run exists, delete ${lock}).`,
  );
  assert.is(existsSync(join(folder, 'config.json')), false);
});

test('the lock of a process that has ended is replaced', () => {
  const folder = temporaryFolder();
  mkdirSync(folder);
  const lock = join(folder, 'run.lock');
  // Beyond the highest process number of any supported system.
  writeFileSync(lock, JSON.stringify({ pid: 2 ** 30, host: hostname(), began: null }));
  const store = openStore(folder, CONFIGURATION);
  assert.is(JSON.parse(readFileSync(lock, 'utf8')).pid, process.pid);
  store.close();
  assert.is(existsSync(lock), false);
});

test('a process that has ended and that nobody collects holds no lock', () => {
  if (!existsSync('/proc/self/stat')) return;
  const folder = temporaryFolder();
  mkdirSync(folder);
  // The shell becomes a program that never asks for the end of the process it inherits, before that one ends.
  const parent = spawn('sh', ['-c', 'sleep 2 & echo $! > ended; exec sleep 60'], { cwd: folder });
  try {
    const pid = Number(waitFor(() => readFileSync(join(folder, 'ended'), 'utf8')));
    const state = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1][0];
    waitFor(() => (state() === 'Z' ? 'Z' : ''));
    writeFileSync(join(folder, 'run.lock'), JSON.stringify({ pid, host: hostname(), began: null }));
    openStore(folder, CONFIGURATION).close();
    assert.is(state(), 'Z', 'the ended process was collected meanwhile, so this test shows nothing');
  } finally {
    parent.kill();
  }
});

/** What a function returns as soon as that is not empty and no error. */
function waitFor(read: () => string): string {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      const text = read();
      if (text.trim() !== '') return text;
    } catch {} // not there yet
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  throw new Error('nothing came in ten seconds');
}

test('a process number used again is not the owner of an old lock', () => {
  if (!existsSync('/proc/self/stat')) return;
  const folder = temporaryFolder();
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'run.lock'),
    JSON.stringify({ pid: process.ppid, host: hostname(), began: 'another time' }),
  );
  openStore(folder, CONFIGURATION).close();
});

test('a folder opened twice in one process belongs to the later store', () => {
  const folder = temporaryFolder();
  const first = openStore(folder, CONFIGURATION);
  const second = openStore(folder, CONFIGURATION);
  assert.is(
    messageOf(() => first.appendRound(round('local', 1, 1))),
    `${folder} is closed for this run: it was closed, or opened again by a later run of this process.`,
  );
  first.close();
  assert.is(existsSync(join(folder, 'run.lock')), true);
  second.appendRound(round('local', 1, 1));
  assert.is(second.read().rounds.length, 1);
  second.close();
  messageOf(() => second.close());
});

test('what a killed process leaves is removed or mended when the folder is opened', () => {
  const folder = temporaryFolder();
  const store = openStore(folder, CONFIGURATION);
  store.recordFailure({ method: 'local', seed: 1, message: 'it broke' });
  store.close();
  writeFileSync(join(folder, 'results.jsonl.123-0a1b2c.tmp'), '{"meth');
  writeFileSync(join(folder, 'mine.tmp'), 'not ours');
  appendFileSync(join(folder, 'failures.jsonl'), '{"method":"lo');
  const again = openStore(folder, CONFIGURATION);
  assert.is(again.recordFailure({ method: 'local', seed: 1, message: 'it broke' }).attempt, 2);
  assert.is(again.recordFailure({ method: 'local', seed: 2, message: 'it broke' }).attempt, 1);
  assert.is(again.read().failures?.length, 3);
  again.close();
  const left = ['config.json', 'failures.jsonl', 'mine.tmp', 'origins.json'];
  assert.equal(readdirSync(folder).sort(), left);
});

test('another store hands over the runs that it has finished, and only those', () => {
  const store = openStore(temporaryFolder(), CONFIGURATION);
  for (const seed of [1, 2]) {
    store.appendRound(round('local', seed, 1));
    store.writeResults([result('local', seed, 0.5)]);
  }
  const fresh = openStore(temporaryFolder(), CONFIGURATION);
  fresh.appendRound({ ...round('local', 1, 1), bytes: { up: 1, down: 1 } });
  fresh.appendRound(round('local', 2, 1));
  fresh.writeResults([result('local', 1, 0.9)]);
  store.takeOver(fresh);
  assert.equal(store.read().results, [result('local', 2, 0.5), result('local', 1, 0.9)]);
  assert.equal(
    store.read().rounds.map(({ seed, bytes }) => [seed, bytes.up]),
    [
      [2, 10],
      [1, 1],
    ],
  );
  store.close();
  fresh.close();
});

test('lines point to the environments that wrote them, and each of these is kept', () => {
  const folder = temporaryFolder();
  const environments = ['aaaa', 'bbbb'].map((code) => ({ kind: 'cpu', node: '20', code }));
  environments.forEach((environment, i) => {
    const store = openStore(folder, { ...CONFIGURATION, environment });
    store.appendRound(round('local', 1, i + 1));
    store.close();
  });
  const { origins, rounds } = readStore(folder);
  assert.equal(
    rounds.map(({ code }) => code),
    ['aaaa', 'bbbb'],
  );
  assert.equal(
    rounds.map(({ environment }) => origins?.environments[environment ?? '']),
    environments,
  );
  assert.ok(rounds.every(({ configuration }) => configuration === origins?.configuration));
});

test('a folder that is no results folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf-store-'));
  assert.is(
    messageOf(() => readStore(folder)),
    `${folder} is not a results folder: it has no config.json. Name the folder that a run wrote.`,
  );
  rmSync(folder, { recursive: true });
});

test.run();

import { spawn, spawnSync } from 'node:child_process';
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
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedAt } from '../../lib/backend/random';
import { projectRoot } from '../../lib/data/paths';
import { readStore } from '../../lib/experiments/store';
import type { Change } from './faults';

const preload = join(projectRoot(), 'tools', 'preload.cjs');
const folder = mkdtempSync(join(tmpdir(), 'pf kill '));
/** Decides the moments of all kills; `PF_KILL_SEED` gives those of an earlier run again. */
const seed = Number(process.env.PF_KILL_SEED ?? Date.now() % 1e6);
console.log(`PF_KILL_SEED=${seed}`);

interface End {
  readonly signal: string | null;
  readonly code: number | null;
  readonly output: string;
  /** Seconds from the start of training to the end. */
  readonly seconds: number;
}

/** Runs test/experiments/tiny-run.ts; kills it that many seconds after its training has begun. */
function tinyRun(out: string, args: readonly (string | number)[], killAfter?: number): Promise<End> {
  const program = ['--require', preload, join(__dirname, 'tiny-run.js'), join(folder, out), ...args.map(String)];
  const child = spawn(process.execPath, program, { env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1' } });
  let output = '';
  let began = Number.NaN;
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  child.stdout.once('data', () => {
    began = performance.now();
    if (killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), 1000 * killAfter);
  });
  return new Promise((resolve) => {
    child.once('close', (code, signal) =>
      resolve({ code, signal, output, seconds: (performance.now() - began) / 1000 }),
    );
  });
}

async function finish(out: string, configuration: string): Promise<End> {
  const end = await tinyRun(out, [configuration]);
  assert.is(end.code, 0, end.output);
  return end;
}

/** All that a folder holds, byte for byte, but for wall times. */
function contentOf(out: string): Record<string, string> {
  const names = readdirSync(join(folder, out)).sort();
  const text = (name: string) => readFileSync(join(folder, out, name), 'latin1');
  return Object.fromEntries(names.map((name) => [name, text(name).replace(/"seconds":(\{[^}]*\}|[\d.e-]+)/g, '')]));
}

const whole = (async () => {
  const [first, second] = await Promise.all([finish('bottom-up', 'bottom-up'), finish('joint', 'joint')]);
  const third = await finish('ranking', 'ranking');
  return { 'bottom-up': first.seconds, joint: second.seconds, ranking: third.seconds };
})();

test('uninterrupted runs leave results, rounds, origins and models, and nothing else', async () => {
  await whole;
  const common = ['config.json', 'origins.json', 'results.jsonl', 'rounds.jsonl'];
  const trained = ['trained-pf-msmtrec-1', 'trained-pf-msmtrec-2'];
  assert.equal(readdirSync(join(folder, 'bottom-up')), [...common, ...trained]);
  assert.is(readStore(join(folder, 'joint')).rounds.length, 2 * 2 * 6);
  assert.equal(
    readdirSync(join(folder, 'ranking')).filter((name) => !name.startsWith('trained')),
    ['config.json', 'epochs.jsonl', 'origins.json', 'results.jsonl'],
  );
});

test('killed at random moments and resumed, again and again: the same bytes', async () => {
  const seconds = await whole;
  const chain = async (out: string, configuration: keyof typeof seconds) => {
    let kills = 0;
    for (let i = 0; i < 11; i++) {
      // In the mean a twelfth of the whole, so that kills come all over it; some come before the first checkpoint.
      const share = (seedAt(seed, out, i) % 1000) / 1000 / 6;
      if ((await tinyRun(out, [configuration], share * seconds[configuration])).signal === 'SIGKILL') kills++;
    }
    await finish(out, configuration);
    assert.equal(contentOf(out), contentOf(configuration));
    return kills;
  };
  const federated = Promise.all([chain('a', 'bottom-up'), chain('b', 'joint')]);
  const kills = [...(await federated), await chain('g', 'ranking')];
  console.log(`killed ${kills.join(' + ')} times`);
  assert.ok(kills[0] + kills[1] >= 20 && kills[2] >= 9, `${kills}`);
});

/** Calls to be killed at, one after another in one folder; each process counts its own. */
const calls: readonly [Change, number][] = [
  ['linkSync', 1], // the lock is written and not yet in its place
  ['renameSync', 1], // config.json
  ['writeFileSync', 3], // origins.json
  ['renameSync', 3],
  ['writeFileSync', 4],
  ['renameSync', 6],
  ['fsyncSync', 11],
  ['openSync', 8],
  ['writeFileSync', 300],
  ['renameSync', 12],
  ['rmSync', 3],
];

test('killed in the middle of writing, renaming, removing: the same bytes', async () => {
  await whole;
  for (const [change, at] of calls) {
    const { signal, output } = await tinyRun('c', ['bottom-up', change, at, 'kill']);
    assert.is(signal, 'SIGKILL', `${change} ${at}: ${output}`);
  }
  await finish('c', 'bottom-up');
  assert.equal(contentOf('c'), contentOf('bottom-up'));
});

test('a full disk is one sentence, and the run goes on when there is room', async () => {
  await whole;
  for (const at of [2, 4, 90, 300]) {
    const { code, output } = await tinyRun('d', ['bottom-up', 'writeFileSync', at, 'full']);
    assert.is(code, 1);
    assert.is(
      output,
      `Results cannot be written to ${join(folder, 'd')}: the disk is full (ENOSPC). ` +
        'Make room and give the same command again: it goes on from what is stored, which is whole.\n',
    );
  }
  await finish('d', 'bottom-up');
  assert.equal(contentOf('d'), contentOf('bottom-up'));
});

/** A shell script in which `$1` is a folder on a small disk of its own; it fails where this user may not have one. */
function onSmallDisk(script: string, place: string, ...args: string[]): { status: number | null; output: string } {
  const unshare = ['--map-root-user', '--mount', 'sh', '-c', script, 'sh', place, ...args];
  const { status, stdout, stderr } = spawnSync('unshare', unshare, { encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

test('a disk that is really full, then grows', async () => {
  await whole;
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  const mount = 'mount -t tmpfs -o size=350k none "$1"';
  if (onSmallDisk(mount, disk).status !== 0) {
    console.log('skipped: this user may not mount a small disk here');
    return;
  }
  const script = `${mount} || exit 9; shift; "$@" && exit 8
    ls "${disk}/f" | grep tmp && exit 7
    mount -o remount,size=10m "${disk}" && "$@" && cp -r "${disk}/f" "${folder}/f"`;
  const program = ['--require', preload, join(__dirname, 'tiny-run.js'), join(disk, 'f'), 'bottom-up'];
  const { status, output } = onSmallDisk(script, disk, process.execPath, ...program);
  assert.is(status, 0, output);
  assert.match(
    output,
    /^begins\nbegins\nResults cannot be written to .*disk.f: the disk is full \(ENOSPC\)\. Make room/,
  );
  assert.equal(contentOf('f'), contentOf('bottom-up'));
});

test('a damaged checkpoint is put aside and the one before it taken; without one the run starts afresh', async () => {
  await whole;
  const file = join(folder, 'e', 'checkpoint-pf-msmtrec-1.safetensors');
  const previous = join(folder, 'e', 'checkpoint-pf-msmtrec-1.previous.safetensors');
  // Between the two renames of the second checkpoint, after config.json, origins.json and the first one. Later processes
  // begin with one more: they take the lock of the killed one aside.
  await tinyRun('e', ['bottom-up', 'renameSync', 5, 'kill']);
  assert.equal([existsSync(file), existsSync(previous)], [false, true]);
  await tinyRun('e', ['bottom-up', 'renameSync', 8, 'kill']);
  assert.equal([existsSync(file), existsSync(previous)], [true, true]);
  const bytes = readFileSync(file);
  bytes[bytes.length - 100] ^= 4;
  writeFileSync(file, bytes);
  const { signal, output } = await tinyRun('e', ['bottom-up', 'renameSync', 7, 'kill']);
  assert.is(signal, 'SIGKILL');
  assert.match(output, 'is damaged: its content does not match its checksum. The file is now ');
  assert.match(output, 'checkpoint-pf-msmtrec-1.unusable; the checkpoint before it is taken.');
  for (const one of [file, previous]) writeFileSync(one, readFileSync(one).subarray(0, 5000));
  appendFileSync(join(folder, 'e', 'rounds.jsonl'), '{"method":"pf-ms');
  const last = await finish('e', 'bottom-up');
  assert.match(last.output, 'is not a whole tensor file');
  assert.match(last.output, 'it starts afresh');
  assert.equal(contentOf('e'), contentOf('bottom-up'));
});

test('the folder of these tests is removed', () => {
  rmSync(folder, { recursive: true });
});

test.run();

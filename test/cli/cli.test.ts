import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const main = join(__dirname, '..', '..', 'lib', 'cli', 'main.js');
const folder = mkdtempSync(join(tmpdir(), 'pf cli '));
const small = ['--scale', '0.02', '--rounds', '3', '--local-steps', '3', '--embedding', '4', '--experts', '2'];

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    cwd: folder,
    timeout: 120_000,
  });
  return { status, stdout, stderr: stderr.trim() };
}

/** Expects one clear sentence on stderr, exit code 1, and no results folder. */
function refuses(args: string[], sentence: string | RegExp): void {
  const { status, stderr } = run(...args, '--out', join(folder, 'refused'));
  assert.is(status, 1, stderr);
  assert.match(stderr, sentence);
  assert.not.match(stderr, /\n {4}at /);
  assert.not.ok(existsSync(join(folder, 'refused')));
}

function refusesFolder(out: string): void {
  const { status, stderr } = run('run', ...small, '--out', out);
  assert.is(status, 1);
  assert.match(stderr, '--out');
}

test('the main job leaves a table, result files and a report', () => {
  const out = join(folder, 'out');
  const { status, stdout, stderr } = run('run', ...small, '--methods', 'local,fedbn', '--out', out);
  assert.is(status, 0, stderr);
  assert.match(stdout, /libtensorflow \d/);
  assert.match(stdout, 'best possible');
  const lines = readFileSync(join(out, 'results.jsonl'), 'utf8').trim().split('\n');
  assert.is(lines.length, 2 * 4 * 2 * 2 * 2);
  const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
  assert.is(config.model.embedding, 4);
  assert.ok(config.dataset.fingerprint && config.environment.tensorflow);
  assert.ok(readFileSync(join(out, 'report.html'), 'utf8').includes('fedbn'));
});

test('a finished experiment is shown again without training; another configuration is refused', () => {
  const out = join(folder, 'out');
  const again = run('run', ...small, '--methods', 'local,fedbn', '--out', out, '--diagnostics', 'none');
  assert.is(again.status, 0);
  assert.not.match(again.stdout, 'round 1');
  const other = run('run', ...small, '--methods', 'local,fedbn', '--out', out, '--batch', '64');
  assert.is(other.status, 1);
  assert.match(other.stderr, /batch is 512 there and 64 now/);
  assert.match(run('report', out).stdout, 'fedbn');
  assert.match(run('report', out, '--format', 'latex').stdout, '\\toprule');
  assert.match(run('report', out, '--out', join(folder, 'table.csv')).stdout, 'Written: ');
  assert.match(readFileSync(join(folder, 'table.csv'), 'utf8'), /,fedbn,method,1,click,NL,0\.\d+/);
  assert.match(run('report', out, out, '--out', join(folder, 'both.html')).stdout, 'Report: ');
  assert.match(run('report', folder, '--format', 'odt').stderr, 'Allowed choices are html, text, markdown, latex, csv');
});

test('wrong input is one sentence that says what to do', () => {
  refuses(['run', 'kuairand'], 'There is no data set "kuairand"; did you mean "kuairand-pure"?');
  refuses(['run', '--methods', 'fedagv'], 'did you mean "fedavg"?');
  refuses(['run', '--ruonds', '3'], "unknown option '--ruonds'");
  refuses(['run', '--rounds', 'many'], 'It must be a whole number');
  refuses(['run', '--rounds', '0'], 'option "rounds" is wrong');
  refuses(['run', '--seeds', '3-1'], 'A range goes upwards');
  refuses(['run', '--size', 'huge'], 'Allowed choices are published, small');
  refuses(['run', '--combine', 'pcgard'], 'there is no combination "pcgard"; did you mean "pcgrad"?');
  refuses(['run', '--combine', 'pmtrec', '--main-task', 'buy'], 'There is no task "buy" to be the main one');
  refuses(['run', '--main-task', 'click'], '--main-task needs --combine');
  refuses(['run', '--embeddings', 'summed'], 'option "embeddings" is wrong');
  refuses(['run', '--config', 'absent.json'], 'There is no configuration file absent.json');
  refuses(['run', 'kuairand-pure', '--data', 'nowhere'], 'nowhere');
  refuses(['run', '--schema', 'absent.json', '--data', 'log.csv'], 'absent.json');
  refuses(['run', '--scenario-conflict', '2'], 'scenarioConflict');
  refuses(['run', '--device', 'tpu'], 'Allowed choices are cpu, gpu');
});

test('a study at a small size, with changes from the command line, leaves rows and a report', () => {
  const out = join(folder, 'study');
  const options = ['--methods', 'fedbn,pf-msmtrec', '--seeds', '1', '--rounds', '1', '--out', out];
  const set = ['--set', 'model.experts=2', 'model.embedding=2', 'localWork.steps=2', 'diagnostics=none'];
  const { status, stdout, stderr } = run('study', 'ablation', '--size', 'quick', ...options, ...set);
  assert.is(status, 0, stderr);
  assert.match(stdout, '2 runs');
  const rows = readFileSync(join(out, 'rows.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.is(rows.length, 2 * 4 * 2 * 2);
  assert.ok(rows.every((row) => row.code && row.configuration && row.environment && row.bytes > 0));
  assert.ok(readFileSync(join(out, 'report.html'), 'utf8').includes('pf-msmtrec'));
  const config = JSON.parse(readFileSync(join(out, 'all', 'fedbn-1', 'config.json'), 'utf8'));
  assert.equal([config.model.experts, config.localWork], [2, { steps: 2 }]);
  assert.is(config.dataset.synthetic.scale, 0.2);
  assert.match(run('study', 'ablation', '--set', 'model.expert=2').stderr, 'did you mean "experts"');
  assert.match(run('study', 'ablation', '--set', 'model.experts').stderr, 'Give an option and its value');
  assert.match(
    run('study', 'ablation', '--record', '--methods', 'local').stderr,
    /option '--record' cannot be used with option '--methods <names>'\n\(npm start -- study --help lists/,
  );
});

test('a search writes its log and its choice', () => {
  const out = join(folder, 'tune');
  const set = ['--set', 'model.experts=2', 'model.embedding=2', 'localWork.steps=2', 'diagnostics=none'];
  const { status, stdout, stderr } = run(
    'tune',
    'synthetic',
    '--size',
    'quick',
    '--methods',
    'fedbn',
    '--out',
    out,
    ...set,
  );
  assert.is(status, 0, stderr);
  assert.match(stdout, 'goes on');
  const tuned = JSON.parse(readFileSync(join(out, 'chosen.json'), 'utf8'));
  assert.equal(Object.keys(tuned.fedbn.config).sort(), ['model', 'optimizer']);
  const rows = readFileSync(join(out, 'rows.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.ok(rows.every(({ split }) => split === 'validation'));
  assert.match(run('report', out).stdout, 'Validation AUC by candidate');
  assert.match(run('tune', 'sinthetic').stderr, 'did you mean "synthetic"');
});

test('a study that is not there, or without its data, is one sentence', () => {
  const missing = run('study', 'kuairnd');
  assert.is(missing.status, 1);
  assert.match(missing.stderr, 'There is no study "kuairnd"; did you mean "kuairand"?');
  const nowhere = run('study', 'kuairand', '--data', 'nowhere');
  assert.is(nowhere.status, 1);
  assert.match(nowhere.stderr, 'nowhere: there is no such folder');
  assert.not.match(nowhere.stderr, /\n {4}at /);
});

test('a GPU that is not there is an error, never a silent run on the CPU', () => {
  const banner = run('run', ...small, '--methods', 'local', '--out', join(folder, 'banner')).stdout;
  if (banner.includes('GPU ·')) return;
  refuses(['run', '--device', 'gpu'], 'sees no GPU');
});

test('a folder that cannot be written is refused before any training', () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  const { status, stderr, stdout } = run('run', ...small, '--out', join(file, 'results'));
  assert.is(status, 1);
  assert.match(stderr, '--out');
  assert.not.match(stdout, 'round 1');
  // Node's recursive mkdir would never come back from here.
  if (existsSync('/proc/self')) refusesFolder('/proc/none/results');
});

test('data of your own: a schema, a CSV, no code', () => {
  const rows = Array.from(
    { length: 600 },
    (_, i) => `${['news', 'video'][i % 2]},u${i % 17},${i % 23},${Number(i % 3 === 0)}`,
  );
  writeFileSync(join(folder, 'log.csv'), ['page,user,age,clicked', ...rows].join('\n'));
  const schema = {
    name: 'mine',
    sources: [{ name: 'log', files: 'log.csv' }],
    scenario: { expression: 'page' },
    tasks: [{ name: 'click', expression: 'clicked' }],
    fields: [
      { kind: 'categorical', name: 'user' },
      { kind: 'numerical', name: 'age' },
    ],
    split: { random: { train: 0.6, validation: 0.2, test: 0.2 }, seed: 1 },
  };
  writeFileSync(join(folder, 'mine.json'), JSON.stringify(schema));
  const args = ['--schema', 'mine.json', '--data', join(folder, 'log.csv')];
  process.env.PF_CACHE = join(folder, 'cache');
  const { status, stderr, stdout } = run('run', ...args, ...small.slice(2), '--methods', 'fedavg', '--out', 'own');
  assert.is(status, 0, stderr);
  assert.match(stdout, 'news');
  assert.match(run('data', ...args).stdout, 'age');
});

test('killed in the middle, the same command goes on', async () => {
  const out = join(folder, 'killed');
  const args = ['run', ...small, '--rounds', '6', '--methods', 'fedavg,fedbn', '--out', out];
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const chunk of child.stdout) if (String(chunk).includes('fedavg, seed 1, round 2')) break;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  const { status, stdout, stderr } = run(...args);
  assert.is(status, 0, stderr);
  assert.match(stdout, 'Report:');
  const rounds = readFileSync(join(out, 'rounds.jsonl'), 'utf8').trim().split('\n');
  assert.is(rounds.length, 12);
});

test('--resume goes on with a run of the same configuration and with nothing else', () => {
  const out = join(folder, 'out');
  refuses(['run', ...small, '--resume'], /There is nothing to resume in .*refused: no run has begun there\./);
  const other = run('run', ...small, '--resume', '--out', out, '--batch', '64');
  assert.is(other.status, 1);
  assert.match(other.stderr, 'holds results of another configuration: batch is 512 there and 64 now');
  const same = run('run', ...small, '--resume', '--out', out, '--methods', 'local,fedbn,fedavg');
  assert.is(same.status, 0, same.stderr);
  assert.match(same.stdout, 'fedavg, seed 1, round 1');
  assert.not.match(same.stdout, 'fedbn, seed 1, round 1');
});

test('--again computes finished runs anew and replaces them at the end', () => {
  const out = join(folder, 'out');
  const lines = () => readFileSync(join(out, 'results.jsonl'), 'utf8').trim().split('\n');
  const numbers = () => lines().map((line) => ({ ...JSON.parse(line), seconds: 0 }));
  const sorted = () =>
    numbers()
      .map((line) => JSON.stringify(line))
      .sort();
  const before = sorted();
  const text = readFileSync(join(out, 'results.jsonl'), 'utf8');
  const otherCode = text.replace(/"code":"[0-9a-f]+"/g, '"code":"00000000"').replace(/"auc":0[.\d]+/g, '"auc":0.5');
  writeFileSync(join(out, 'results.jsonl'), otherCode);
  const args = ['run', ...small, '--methods', 'local,fedbn,fedavg', '--out', out];
  assert.match(run(...args).stdout, /Note: finished runs in .* come from other code \(00000000, now [0-9a-f]{8}\)/);
  const again = run(...args, '--again');
  assert.is(again.status, 0, again.stderr);
  assert.match(again.stdout, 'fedbn, seed 1, round 1');
  assert.equal(sorted(), before);
  assert.not.ok(existsSync(join(out, 'again')));
  assert.is(readFileSync(join(out, 'rounds.jsonl'), 'utf8').trim().split('\n').length, 9);
});

test('runs whose memory runs out are recorded one by one', () => {
  if (process.platform !== 'linux') return; // elsewhere a process cannot be given a limit so simply
  const out = join(folder, 'no room');
  // A tensor of 100,000 x 8,192 numbers takes 3.3 GB. Who finds no room first decides how it ends: TensorFlow throws,
  // other libraries end the process.
  const large = ['--size', 'published', '--experts', '16', '--batch', '100000', '--local-steps', '1', '--rounds', '1'];
  const args = ['run', 'synthetic', '--scale', '0.1', ...large, '--methods', 'local,fedavg', '--out', out];
  const limited = ['-c', 'ulimit -c 0; ulimit -v 5000000; exec "$@"', 'sh', process.execPath, main, ...args];
  const { status, signal, error, stderr } = spawnSync('sh', limited, { encoding: 'utf8', cwd: folder });
  assert.equal([status, signal, error], [1, null, undefined], stderr);
  const sentence = /^ {2}(local|fedavg), seed 1: (memory ran out|its process (gave up|ended with|was killed))/gm;
  assert.is(stderr.match(sentence)?.length, 2, stderr);
  const stored = readFileSync(join(out, 'failures.jsonl'), 'utf8').trim().split('\n');
  assert.equal([...new Set(stored.map((line) => JSON.parse(line).method))].sort(), ['fedavg', 'local']);
});

/** Kills what computes below a process; the process itself goes on. */
function killBelow(pid: number): void {
  const processes = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).stdout.trim().split('\n');
  const [child] = processes.map((line) => line.trim().split(/\s+/).map(Number)).filter(([, parent]) => parent === pid);
  process.kill(child[0], 'SIGKILL');
}

test('a run whose process dies has a second chance, then the others go on without it', async () => {
  const out = join(folder, 'dying');
  const args = ['run', ...small, '--rounds', '6', '--methods', 'fedavg,fedbn', '--out', out];
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  let kills = 0;
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    const begun = stdout.split('fedavg, seed 1, round 2/').length - 1;
    if (begun <= kills || kills === 2) return;
    kills++;
    killBelow(child.pid!);
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  assert.is(status, 1, stderr);
  assert.match(stderr, 'fedavg, seed 1: its process was killed (SIGKILL), which systems do when memory runs out.');
  assert.match(stderr, 'It goes on from its last checkpoint.');
  assert.match(
    stderr,
    /A run failed, as .*failures\.jsonl says; the same command tries again, from the last checkpoint:/,
  );
  assert.match(stdout, 'Report:');
  const failures = readFileSync(join(out, 'failures.jsonl'), 'utf8').trim().split('\n');
  assert.equal(
    failures.map((line) => JSON.parse(line)).map(({ method, attempt, signal }) => [method, attempt, signal]),
    [
      ['fedavg', 1, 'SIGKILL'],
      ['fedavg', 2, 'SIGKILL'],
    ],
  );
  assert.match(run('report', out).stdout, 'fedbn');
  const { status: then, stderr: complaints } = run(...args, '--resume');
  assert.is(then, 0, complaints);
});

test('the folder of these tests is removed', () => {
  rmSync(folder, { recursive: true });
  assert.not.ok(existsSync(folder));
});

test.run();

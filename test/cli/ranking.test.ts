import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const main = join(__dirname, '..', '..', 'lib', 'cli', 'main.js');
const folder = mkdtempSync(join(tmpdir(), 'pf cli ranking '));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    cwd: folder,
    timeout: 120_000,
  });
  return { status, stdout, stderr: stderr.trim() };
}

/** Expects one clear sentence on stderr, exit code 1, and no results folder. */
function refuses(args: string[], sentence: string): void {
  const { status, stderr } = run('run', ...args, '--out', join(folder, 'refused'));
  assert.is(status, 1, stderr);
  assert.match(stderr, sentence);
  assert.not.match(stderr, /\n {4}at /);
  assert.not.ok(existsSync(join(folder, 'refused')));
}

test('the job leaves a table and result files, and is not done twice', () => {
  const out = join(folder, 'out');
  const args = [
    ...[
      'run',
      'synthetic-ranking',
      '--methods',
      'bpr,ew,rlw,pmtrec',
      '--auxiliary',
      'social,category',
      '--epochs',
      '2',
    ],
    ...['--embedding', '8', '--alpha', '1.1', '--tau', '0.5', '--tau-scale', 'absolute', '--reduction', 'sum'],
    ...['--out', out],
  ];
  const { status, stdout, stderr } = run(...args);
  assert.is(status, 0, stderr);
  assert.match(stdout, 'beside bpr: social, category');
  assert.match(stdout, 'Test ranking');
  const lines = readFileSync(join(out, 'results.jsonl'), 'utf8').trim().split('\n');
  assert.is(lines.length, 4 * 2 * 8);
  const first = JSON.parse(lines[0]);
  const names = ['epoch', 'method', 'metric', 'seed', 'seconds', 'split', 'value'];
  assert.equal(Object.keys(first).sort(), [...names, 'configuration', 'environment', 'code'].sort());
  assert.is(readFileSync(join(out, 'epochs.jsonl'), 'utf8').trim().split('\n').length, 4 * 2);
  const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
  assert.equal(config.pmtrec, { alpha: 1.1, temperature: 0.5, scale: 'absolute', reduction: 'sum' });
  assert.ok(config.dataset.fingerprint && config.environment.tensorflow);
  const again = run(...args);
  assert.is(again.status, 0);
  assert.not.match(again.stdout, 'epoch 1:');
  assert.match(run('report', out).stdout, 'recall');
  assert.match(run('report', out, '--format', 'latex').stdout, '\\toprule');
  assert.match(run('report', out, '--out', join(folder, 'table.md')).stdout, 'Written: ');
});

test('killed in the middle the same command goes on; --resume does nothing else, --again computes anew', async () => {
  const out = join(folder, 'killed');
  const args = ['run', 'synthetic-ranking', '--methods', 'bpr,pmtrec', '--epochs', '5', '--embedding', '4'];
  args.push('--checkpoint-seconds', '0', '--out', out);
  const nothing = run(...args, '--resume');
  assert.is(nothing.status, 1);
  assert.match(nothing.stderr, 'There is nothing to resume');
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'ignore'], cwd: folder });
  for await (const chunk of child.stdout) if (String(chunk).includes('pmtrec, seed 1, epoch 2')) break;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  const rest = run(...args, '--resume');
  assert.is(rest.status, 0, rest.stderr);
  assert.not.match(rest.stdout, /epoch 1:/);
  const lines = () => readFileSync(join(out, 'results.jsonl'), 'utf8').replace(/"seconds":[\d.e-]+/g, '');
  assert.is(lines().trim().split('\n').length, 2 * 2 * 8);
  const before = lines();
  const anew = run(...args, '--again');
  assert.match(anew.stdout, 'bpr, seed 1, epoch 1:');
  assert.is(lines(), before);
});

test('a method that fails is recorded and the next one goes on', () => {
  const out = join(folder, 'failing');
  const args = ['synthetic-ranking', '--methods', 'bpr,ew', '--epochs', '4', '--learning-rate', '1e30'];
  const { status, stderr } = run('run', ...args, '--out', out);
  assert.is(status, 1);
  assert.match(stderr, /2 runs failed, as .*failures.jsonl says[\s\S]*bpr, seed 1: .*A lower --learning-rate may help/);
  const failed = readFileSync(join(out, 'failures.jsonl'), 'utf8').trim().split('\n');
  assert.equal(
    failed.map((line) => JSON.parse(line).method),
    ['bpr', 'ew'],
  );
});

test('wrong input is one sentence that says what to do', () => {
  const name = 'synthetic-ranking';
  refuses([name, '--methods', 'bprr'], 'There is no method "bprr"; did you mean "bpr"?');
  refuses([name, '--methods', 'fedavg'], 'There is no method "fedavg"');
  refuses([name, '--encoder', 'lightgnc'], 'there is no encoder "lightgnc"; did you mean "lightgcn"?');
  refuses([name, '--auxiliary', 'socal'], 'There is no auxiliary task "socal"; did you mean "social"?');
  refuses(
    [name, '--rounds', '3'],
    '--rounds is an option of federated runs, and synthetic-ranking is a ranking data set',
  );
  refuses([name, '--combine', 'ew'], '--combine is an option of federated runs');
  refuses(['synthetic', '--epochs', '3'], '--epochs is an option of runs on ranking data sets, and synthetic is none');
  refuses([name, '--tau', '0'], "option '--tau <temperature>' argument '0' is invalid. It must be above 0.");
  writeFileSync(join(folder, 'main.json'), '{ "methods": ["pmtrec"], "pmtrec": { "main": "socal" } }');
  refuses(
    [name, '--config', join(folder, 'main.json')],
    'There is no task "socal" to be the main one; did you mean "social"?',
  );
  refuses([name, '--alpha', '0.5'], 'option "alpha" of pmtrec is wrong');
  refuses(['lastfm', '--epochs', '3'], 'There is no data set "lastfm"; did you mean "lastfm-2k"?');
  writeFileSync(join(folder, 'wrong.json'), '{ "rounds": 3 }');
  refuses([name, '--config', join(folder, 'wrong.json')], 'there is no option "rounds"');
});

test.run();

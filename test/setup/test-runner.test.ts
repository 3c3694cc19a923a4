import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { load, root } from './tools';

/** Runs one fixture as the runner runs a test file. */
async function runFixture(name: string, timeoutMs = 20_000) {
  const { runTestFile } = await load('testing/files.mjs');
  const lines: string[] = [];
  const file = path.join(root, 'test', 'setup', 'fixtures', `${name}.cjs`);
  const result = await runTestFile(file, { timeoutMs, say: (line: string) => lines.push(line) });
  return { ...result, printed: lines.join('\n') };
}

const expectations = [
  { name: 'passing', passed: 1, failed: 0, skipped: 1, reason: undefined },
  { name: 'failing', passed: 1, failed: 1, skipped: 0, reason: '1 of 2 tests did not pass' },
  { name: 'throwing-hook', passed: 0, failed: 1, skipped: 0, reason: 'a hook threw' },
  { name: 'empty', passed: 0, failed: 1, skipped: 0, reason: 'calls no test.run()' },
  { name: 'no-test', passed: 0, failed: 1, skipped: 0, reason: 'ran no test' },
  { name: 'exits-early', passed: 0, failed: 1, skipped: 0, reason: 'before its tests were done' },
  { name: 'unhandled', passed: undefined, failed: 1, skipped: 0, reason: '' },
  { name: 'forged', passed: undefined, failed: 1, skipped: 0, reason: 'ended with code 1' },
];

for (const expected of expectations) {
  test(`test runner: ${expected.name}`, async () => {
    const result = await runFixture(expected.name);
    if (expected.passed !== undefined) assert.is(result.passed, expected.passed);
    assert.is(result.failed, expected.failed, result.printed);
    assert.is(result.skipped, expected.skipped);
    if (expected.reason === undefined) assert.is(result.reason, undefined);
    else assert.match(String(result.reason), expected.reason);
  });
}

test('test runner: a file that hangs is ended', async () => {
  const began = Date.now();
  const result = await runFixture('hanging', 1500);
  assert.is(result.failed, 1);
  assert.match(String(result.reason), 'time limit');
  assert.ok(Date.now() - began < 10_000);
});

test('test runner: what a failing file printed is shown', async () => {
  const result = await runFixture('throwing-hook');
  assert.match(result.printed, 'FAIL');
  assert.match((await runFixture('failing')).printed, 'Expected values to be strictly equal');
});

test('test runner: the closing line', async () => {
  const { closingLine, addUp } = await load('testing/summary.mjs');
  assert.is(closingLine({ passed: 3, failed: 0, skipped: 0 }), '3 passed, 0 failed');
  assert.is(closingLine({ passed: 3, failed: 1, skipped: 2 }), '3 passed, 1 failed, 2 skipped');
  const one = { passed: 1, failed: 2, skipped: 3, reason: 'x' };
  assert.equal(addUp([one, one]), { passed: 2, failed: 4, skipped: 6 });
});

test('test runner: arguments', async () => {
  const { parseArguments } = await load('testing/main.mjs');
  // A browser runs the notebooks, so they are not run twice.
  assert.equal(parseArguments([], '/usr/bin/chromium'), { groups: ['lint', 'unit', 'browser'], filters: [] });
  assert.equal(parseArguments([], ''), { groups: ['lint', 'unit', 'notebooks', 'browser'], filters: [] });
  assert.equal(parseArguments(['notebooks', '00']), { groups: ['notebooks'], filters: ['00'] });
  assert.equal(parseArguments(['metrics/']), { groups: ['unit'], filters: ['metrics/'] });
  assert.throws(() => parseArguments(['--fast']), /Unknown option --fast/);
});

test.run();

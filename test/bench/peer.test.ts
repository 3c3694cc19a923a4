import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { load } from '../setup/tools';
import { BenchError } from './options';
import { startPeer } from './peer';
import { findPython } from './python';

const failure = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => assert.unreachable() as never,
    (error: unknown) => error,
  );
  assert.instance(error, BenchError);
  return (error as Error).message;
};

// Python is there after the set-up; torch need not be.
test('peer: what goes wrong on the other side is one line, and it goes on', async () => {
  const { paths } = await load('setup/paths.mjs');
  const peer = startPeer(paths.python, 1);
  const ask = (module: string) => failure(peer.prepare({ name: 'x', module, parameters: {} }));
  assert.match(await ask('nowhere'), /^The peer says: ModuleNotFoundError: .*nowhere/);
  assert.match(await ask('json'), /^The peer says: AttributeError/);
  assert.match(await failure(peer.run('x', 1)), /^The peer says: KeyError/);
  peer.end();
});

test('peer: a Python that does not start, or ends', async () => {
  assert.match(await failure(startPeer('/nowhere/python', 1).facts()), 'The Python /nowhere/python does not start.');
  assert.match(await failure(startPeer('false', 1).facts()), 'The peer ended early (exit code 1).');
});

test('peer: PF_BENCH_PYTHON names it', async () => {
  assert.is(await findPython({ PF_BENCH_PYTHON: '/some/python' }), '/some/python');
});

test.run();

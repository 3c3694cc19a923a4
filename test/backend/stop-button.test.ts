import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { holdStopButton, stopPressed } from '../../lib/backend/stop-button';

/** Stands in for tslab's kernel, which the stop button looks for among the loaded modules. */
function kernel() {
  const path = join(__dirname, 'tslab', 'dist', 'jupyter.js');
  const exports: { lastWriteDisplayData?: () => void } = {};
  require.cache[path] = { exports } as NodeJS.Module;
  return {
    newCell: () => {
      exports.lastWriteDisplayData = () => undefined;
    },
    end: () => delete require.cache[path],
  };
}

test('outside a notebook nothing listens, and nothing counts as pressed', async () => {
  const release = holdStopButton();
  await setImmediate();
  assert.is(process.listenerCount('SIGINT'), 0);
  assert.is(stopPressed(), false);
  release();
});

test('the first press is left to the work, the second leaves the cell, and a new cell begins unpressed', async () => {
  const left: string[] = [];
  const tslab = () => left.push('left');
  process.on('SIGINT', tslab);
  const { newCell, end } = kernel();
  try {
    newCell();
    const release = holdStopButton();
    await setImmediate();
    assert.is(stopPressed(), false);
    process.emit('SIGINT');
    assert.is(stopPressed(), true);
    assert.equal(left, []);
    process.emit('SIGINT');
    assert.equal(left, ['left']);
    assert.is(stopPressed(), true);
    release();

    newCell();
    assert.is(stopPressed(), false);
    process.emit('SIGINT');
    assert.equal(left, ['left', 'left'], 'without work to end, the cell is left at once');
    assert.is(stopPressed(), true, 'work that the cell still begins must not start');
  } finally {
    end();
    process.removeAllListeners('SIGINT');
  }
});

test.run();

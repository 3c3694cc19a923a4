import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { agreement } from './check';
import { alternate, compare, median, rowOf } from './compare';
import type { Peer } from './peer';
import type { Prepared, Work } from './work';

const work = (more: Partial<Work> = {}): Work => ({
  ...{ name: 'made-up', about: 'something made up', runs: 2 },
  prepare: () => assert.unreachable() as never,
  ...more,
});

test('times: sides take turns, after a round that does not count', async () => {
  const calls: string[] = [];
  const side = (name: string, times: number[]) => ({
    name,
    async time(runs: number) {
      calls.push(`${name} ${runs}`);
      return times.shift()!;
    },
  });
  const times = await alternate([side('ours', [100, 1, 2]), side('peer', [100, 3, 4])], 5, 2);
  assert.equal(calls, ['ours 5', 'peer 5', 'ours 5', 'peer 5', 'ours 5', 'peer 5']);
  assert.equal(times, [[1, 2], [3, 4]]); // biome-ignore format: one side a row
});

test('times: median of odd and even numbers', () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 2, 3]), 2.5);
});

test('row: the fastest way of the peer counts, against the goal', () => {
  const row = rowOf(work({ goal: { ratio: 2 } }), [10, 11, 12], { dense: [50, 60, 70], sparse: [20, 30, 25] });
  assert.is(row.peer, 'sparse');
  assert.equal(row.peers, { dense: 60, sparse: 25 });
  assert.equal([row.peerMs, row.peerMinMs, row.ourMs, row.ourMinMs], [25, 20, 11, 10]);
  assert.is(row.ratio, 25 / 11);
  assert.is(row.met, true);
  assert.is(rowOf(work({ goal: { ratio: 3 } }), [10], { torch: [29] }).met, false);
});

test('row: one that was disturbed is marked', () => {
  assert.is(rowOf(work(), [10, 11, 12], { torch: [20, 21, 22] }).disturbed, false);
  assert.is(rowOf(work(), [10, 11, 12], { torch: [20, 30, 31] }).disturbed, true);
});

test('row: without a peer there is no ratio and no verdict', () => {
  const row = rowOf(work({ goal: { ratio: 2 } }), [10], {});
  assert.equal([row.peerMs, row.ratio, row.met], [null, null, undefined]);
});

test('row: a share of a whole', () => {
  const row = rowOf(work({ goal: { share: 0.03 } }), [2], {}, [100]);
  assert.equal([row.share, row.met], [0.02, true]);
  assert.is(rowOf(work({ goal: { share: 0.03 } }), [4], {}, [100]).met, false);
});

test('comparison: prepares each way of the peer, times it, and lets it go', async () => {
  const calls: string[] = [];
  const peer = {
    prepare: async ({ name }: { name: string }) => void calls.push(`prepare ${name}`),
    run: async (name: string, times: number) => calls.push(`run ${name} ${times}`) && 8,
    release: async (name: string) => void calls.push(`release ${name}`),
  } as unknown as Peer;
  let runs = 0;
  const prepared: Prepared = {
    run: () => void runs++,
    dispose: () => undefined,
    peers: [{ name: 'torch', module: 'step', parameters: {} }],
    about: 'a shorter one',
  };
  const row = await compare(work(), prepared, peer, 1);
  assert.equal(calls, ['prepare torch', 'run torch 2', 'run torch 2', 'release torch']);
  assert.equal([runs, row.peerMs, row.about], [4, 8, 'a shorter one']);
  assert.is((await compare(work(), prepared, undefined, 1)).peerMs, null);
});

test('check: the largest difference, relative to the largest number of its name', () => {
  const found = agreement('x', { a: [1, 2], b: [100] }, { a: [1, 2.0001], b: [100] });
  assert.is(found.at, 'a');
  assert.ok(Math.abs(found.difference - 5e-5) < 1e-9);
});

test('check: what differs is named', () => {
  assert.throws(() => agreement('x', { a: [1] }, { a: [1.1] }), /x: a differs by 1\.0e-1/);
  assert.throws(() => agreement('x', { a: [1] }, { a: [Number.NaN] }), /x: a differs by Infinity/);
  assert.throws(() => agreement('x', { a: [1] }, {}), 'x: a has 1 numbers here and none there.');
});

test.run();

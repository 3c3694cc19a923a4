import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { load } from '../setup/tools';
import { rowOf } from './compare';
import { memoryRows } from './memory';
import { type BenchResult, machineText, requireWritable, thisMachine, versions, writeResult } from './result';
import { memoryText, tableText } from './table';
import type { Work } from './work';

const work = (about: string, more: Partial<Work>) => ({ name: about, about, runs: 1, ...more }) as Work;
const rows = [
  rowOf(work('a long step', { goal: { ratio: 3 } }), [200.4], { torch: [801.2] }),
  rowOf(work('a short one', { goal: { ratio: 2 } }), [30.1], { dense: [90], sparse: [33.11] }),
  rowOf(work('a part', { goal: { share: 0.03 } }), [1.234], {}, [100]),
];
const published = { peak: 600, parameters: 40, optimizer: 80, gradients: 40, activations: 140 };

test('table: times, ratios, goals and verdicts', () => {
  const lines = tableText(rows)
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '));
  assert.ok(lines.includes('a long step 801 801 200 200 4.00 ≥ 3 met'), lines.join('\n'));
  assert.not.match(tableText(rows), '~');
  assert.match(tableText([{ ...rows[0], disturbed: true }]), /~ a long step[^~]*~ The machine was busy/);
  assert.ok(lines.includes('a short one (peer: sparse) 33.1 33.1 30.1 30.1 1.10 ≥ 2 missed'), lines.join('\n'));
  assert.ok(lines.includes('a part 1.23 1.23 1.2 % ≤ 3 % met'), lines.join('\n'));
});

test('memory: growth from the first hundred steps to the last, and the peak over what is computed', () => {
  const [tensors, resident, peak] = memoryRows({ tensors: [90, 91, 90], megabytes: [300, 320, 315] }, published);
  assert.equal([tensors.value, tensors.met], [0, true]);
  assert.equal([resident.value, resident.met], [15, false]);
  assert.match(resident.about, 'step 100 to 300');
  assert.equal([peak.value, peak.met], [2, false]);
  assert.match(memoryText([tensors, resident, peak]), 'computed 300, peak 600');
});

test('result: written whole, with six figures', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'deep', 'bench.json');
  requireWritable(file);
  const about = { machine: thisMachine(), threads: 2, versions: versions() };
  const result: BenchResult = {
    ...{ ...about, date: '2026-01-01T00:00:00.000Z', quick: true, repeats: 3, agreements: [], rows, memory: [] },
  };
  writeResult(file, result);
  const read = JSON.parse(readFileSync(file, 'utf8')) as BenchResult;
  assert.is(read.rows[1].ratio, 1.1);
  assert.equal(read.rows[0].goal, { ratio: 3 });
  assert.match(machineText(read), /cores.*2 threads each.*libtensorflow/);
  assert.throws(() => requireWritable(join(file, 'x.json')), /--out: .* cannot be written/);
  rmSync(folder, { recursive: true });
});

test('PyTorch: the disk is looked at first, and no address stands in the requirements', async () => {
  const { torchDiskProblem } = await load('bench/torch.mjs');
  assert.is(torchDiskProblem(12 * 2 ** 30), undefined);
  assert.match(torchDiskProblem(2 ** 30), /needs about 11\.0 GiB .* 1\.0 GiB is free/);
  const text = readFileSync(join(__dirname, '..', '..', '..', 'test', 'bench', 'requirements.txt'), 'utf8');
  assert.match(text, /^torch==/m);
  assert.not.match(text, /https?:|index-url/);
});

test.run();

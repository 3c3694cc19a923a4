import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readTensorFile, writeTensorFile } from '../../lib/backend/tensor-file';

const folder = mkdtempSync(join(tmpdir(), 'pf-tensor-file-'));
const file = join(folder, 'one.safetensors');
const arrays = {
  weights: { shape: [2, 2], values: Float32Array.of(1.5, -0, Number.NaN, 1e-40) },
  ids: { shape: [3], values: Int32Array.of(-1, 0, 2 ** 31 - 1) },
};
const note = { text: 'größer', round: 3 };

test('arrays and note come back bit for bit', () => {
  writeTensorFile(file, arrays, note);
  const read = readTensorFile(file);
  assert.equal(read.note, note);
  for (const [name, { shape, values }] of Object.entries(arrays)) {
    assert.equal(read.arrays[name].shape, shape);
    assert.equal(Buffer.from(read.arrays[name].values.buffer), Buffer.from(values.buffer));
  }
  assert.equal(readdirSync(folder), ['one.safetensors']);
});

test('every flipped bit and every lost byte is noticed', () => {
  writeTensorFile(file, arrays, note);
  const whole = readFileSync(file);
  const damaged = join(folder, 'damaged');
  for (let at = 0; at < whole.length; at++) {
    const bytes = Buffer.from(whole);
    bytes[at] ^= 1 << (at % 8);
    writeFileSync(damaged, bytes);
    assert.throws(() => readTensorFile(damaged), /is not a whole tensor file|is damaged/, `byte ${at}`);
    writeFileSync(damaged, whole.subarray(0, at));
    assert.throws(() => readTensorFile(damaged), /is not a whole tensor file|is damaged/, `${at} bytes`);
  }
  writeFileSync(damaged, Buffer.concat([whole, Buffer.alloc(4)]));
  assert.throws(() => readTensorFile(damaged), /is damaged/);
});

test('the file that was there can be kept', () => {
  const kept = join(folder, 'before.safetensors');
  writeTensorFile(file, arrays, 'first');
  writeTensorFile(file, arrays, 'second', { keep: kept });
  writeTensorFile(file, arrays, 'third', { keep: kept });
  assert.equal([readTensorFile(kept).note, readTensorFile(file).note], ['second', 'third']);
});

test('the folder of these tests is removed', () => {
  rmSync(folder, { recursive: true });
});

test.run();

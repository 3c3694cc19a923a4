import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

/** A named array of float32 or int32 numbers. */
export interface StoredArray {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/**
 * Writes named arrays and a note as a safetensors file, which Python's `safetensors` reads too.
 *
 * Atomic: the file is there whole or as it was before.
 */
export function writeTensorFile(file: string, arrays: Readonly<Record<string, StoredArray>>, note: unknown): void {
  const header: Record<string, unknown> = { __metadata__: { note: JSON.stringify(note) } };
  let end = 0;
  for (const [name, { shape, values }] of Object.entries(arrays)) {
    const from = end;
    end += values.byteLength;
    const dtype = values instanceof Float32Array ? 'F32' : 'I32';
    header[name] = { dtype, shape: [...shape], data_offsets: [from, end] } satisfies HeaderEntry;
  }
  let text = JSON.stringify(header);
  while (Buffer.byteLength(text) % 8 !== 0) text += ' '; // keeps the numbers aligned
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));

  const temporary = `${file}.${process.pid}.tmp`;
  const handle = openSync(temporary, 'w');
  try {
    writeSync(handle, length);
    writeSync(handle, text);
    for (const { values } of Object.values(arrays)) writeSync(handle, values);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
}

/** Reads what {@link writeTensorFile} wrote. Throws where the file is not whole. */
export function readTensorFile(file: string): { arrays: Record<string, StoredArray>; note: unknown } {
  const bytes = readFileSync(file);
  const start = 8 + (bytes.length >= 8 ? Number(bytes.readBigUInt64LE()) : 0);
  if (bytes.length < 8 || start > bytes.length) throw new Error(`${file} is not a whole tensor file; delete it.`);
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.subarray(8, start).toString());
  const arrays: Record<string, StoredArray> = {};
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(
    entries as Record<string, HeaderEntry>,
  )) {
    const [from, to] = offsets.map((offset) => start + offset);
    if (to > bytes.length) throw new Error(`${file} is not a whole tensor file; delete it.`);
    const copy = Uint8Array.from(bytes.subarray(from, to)).buffer;
    arrays[name] = { shape, values: dtype === 'F32' ? new Float32Array(copy) : new Int32Array(copy) };
  }
  return { arrays, note: JSON.parse(metadata.note) };
}

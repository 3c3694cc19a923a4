import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { replaceFile } from './replace-file';

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

type Header = Record<string, HeaderEntry>;

/** How to write a tensor file. */
export interface TensorFileOptions {
  /** Where the file that was there before is put; without it that file is gone. */
  readonly keep?: string;
}

/**
 * Writes named arrays and a note as a safetensors file, which Python's `safetensors` reads too, with a checksum of all
 * that it holds.
 *
 * Atomic: the file is there whole or as it was before.
 */
export function writeTensorFile(
  file: string,
  arrays: Readonly<Record<string, StoredArray>>,
  note: unknown,
  { keep }: TensorFileOptions = {},
): void {
  const entries: Header = {};
  let end = 0;
  for (const [name, { shape, values }] of Object.entries(arrays)) {
    const from = end;
    end += values.byteLength;
    const dtype = values instanceof Float32Array ? 'F32' : 'I32';
    entries[name] = { dtype, shape: [...shape], data_offsets: [from, end] };
  }
  const numbers = Object.values(arrays).map(({ values }) => values);
  const noteText = JSON.stringify(note);
  const sha256 = checksum(noteText, entries, numbers);
  let text = JSON.stringify({ __metadata__: { note: noteText, sha256 }, ...entries });
  while (Buffer.byteLength(text) % 8 !== 0) text += ' '; // keeps the numbers aligned
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  replaceFile(file, [length, text, ...numbers], keep);
}

/**
 * Reads what {@link writeTensorFile} wrote.
 *
 * @throws Error where the file is cut short, has a changed byte, or is of another kind
 */
export function readTensorFile(file: string): { arrays: Record<string, StoredArray>; note: unknown } {
  const bytes = readFileSync(file);
  const start = 8 + (bytes.length >= 8 ? Number(bytes.readBigUInt64LE()) : 0);
  const header = start <= bytes.length ? parsed(bytes.subarray(8, start).toString()) : undefined;
  if (!header?.__metadata__) throw new Error(`${file} is not a whole tensor file.`);
  const { __metadata__: metadata, ...entries } = header;
  const { note, sha256 } = metadata;
  if (checksum(note, entries, [bytes.subarray(start)]) !== sha256) {
    throw new Error(`${file} is damaged: its content does not match its checksum.`);
  }
  const arrays: Record<string, StoredArray> = {};
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(entries)) {
    const [from, to] = offsets.map((offset) => start + offset);
    const copy = Uint8Array.from(bytes.subarray(from, to)).buffer;
    arrays[name] = { shape, values: dtype === 'F32' ? new Float32Array(copy) : new Int32Array(copy) };
  }
  return { arrays, note: JSON.parse(note) };
}

/** Of the note, of names, shapes and places, and of all numbers. */
function checksum(note: string, entries: Header, numbers: readonly NodeJS.ArrayBufferView[]): string {
  const hash = createHash('sha256').update(`${note}\n${JSON.stringify(entries)}\n`);
  for (const part of numbers) hash.update(part);
  return hash.digest('hex');
}

type WholeHeader = { __metadata__: { note: string; sha256?: string } } & Header;

function parsed(text: string): WholeHeader | undefined {
  try {
    return JSON.parse(text) as WholeHeader;
  } catch {
    return undefined;
  }
}

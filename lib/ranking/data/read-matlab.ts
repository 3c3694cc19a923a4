import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { DataError } from '../../data/error';
import type { SourceFile } from '../../data/ingest/fingerprint';

/** A matrix of real numbers, column by column. */
export interface MatlabMatrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly Float64Array[];
}

/** Bytes and reader of each numeric element type of the format, by its number. */
const numericTypes: Readonly<Record<number, { bytes: number; at: (data: Buffer, at: number) => number }>> = {
  1: { bytes: 1, at: (data, at) => data.readInt8(at) },
  2: { bytes: 1, at: (data, at) => data.readUInt8(at) },
  3: { bytes: 2, at: (data, at) => data.readInt16LE(at) },
  4: { bytes: 2, at: (data, at) => data.readUInt16LE(at) },
  5: { bytes: 4, at: (data, at) => data.readInt32LE(at) },
  6: { bytes: 4, at: (data, at) => data.readUInt32LE(at) },
  7: { bytes: 4, at: (data, at) => data.readFloatLE(at) },
  9: { bytes: 8, at: (data, at) => data.readDoubleLE(at) },
  12: { bytes: 8, at: (data, at) => Number(data.readBigInt64LE(at)) },
  13: { bytes: 8, at: (data, at) => Number(data.readBigUInt64LE(at)) },
};
const MATRIX = 14;
const COMPRESSED = 15;
const HEADER_BYTES = 128;
const COMPLEX = 0x0800;

/**
 * Reads the real, full matrices of a MATLAB file of level 5 (what `save` writes up to version 7), plain or compressed.
 * Cells, structures, texts and sparse matrices in the same file are passed over.
 *
 * Written from the published description of the format: Epinions needs no more of it, and the packages for it are little used.
 * @throws DataError for a file of another format, or one that is cut off.
 */
export function readMatlab(file: SourceFile): MatlabMatrix[] {
  const bytes = readFileSync(file.path);
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 126, 128) !== 'IM') throw formatProblem(file, bytes);
  const matrices: MatlabMatrix[] = [];
  try {
    for (let at = HEADER_BYTES; at < bytes.length; ) {
      const element = elementAt(bytes, at);
      at = element.next;
      const inner = element.type === COMPRESSED ? elementAt(inflateSync(element.data), 0) : element;
      const matrix = inner.type === MATRIX ? matrixOf(inner.data) : undefined;
      if (matrix !== undefined) matrices.push(matrix);
    }
  } catch {
    throw new DataError(`${file.path}: the file is damaged or cut off; fetch it again`);
  }
  return matrices;
}

/**
 * The matrix of one of the names, with its columns counted.
 * @param widths the numbers of columns that are right
 * @throws DataError naming the file, the matrices that are there, and their columns.
 */
export function matlabMatrix(file: SourceFile, names: readonly string[], widths: readonly number[]): MatlabMatrix {
  const all = readMatlab(file);
  const matrix = all.find(({ name }) => names.includes(name));
  if (matrix === undefined) {
    const there = all.map(({ name }) => `"${name}"`).join(', ') || 'none of numbers';
    throw new DataError(`${file.path}: no matrix "${names.join('" or "')}"; the file has ${there}`);
  }
  if (widths.includes(matrix.columns.length)) return matrix;
  throw new DataError(
    `${file.path}: matrix "${matrix.name}" has ${matrix.columns.length} columns where ${widths.join(' or ')} are expected`,
  );
}

function formatProblem(file: SourceFile, bytes: Buffer): DataError {
  const newer = bytes.toString('latin1', 0, 10) === 'MATLAB 7.3' || bytes.toString('latin1', 1, 4) === 'HDF';
  const what = newer
    ? 'a MATLAB file of version 7.3; save it with -v7'
    : 'not a MATLAB file of level 5; fetch it again';
  return new DataError(`${file.path}: ${what}`);
}

interface Element {
  readonly type: number;
  readonly data: Buffer;
  /** Where the next element begins. */
  readonly next: number;
}

function elementAt(bytes: Buffer, at: number): Element {
  const tag = bytes.readUInt32LE(at);
  // Up to four bytes stand within the tag itself.
  if (tag >>> 16 !== 0)
    return { type: tag & 0xffff, data: bytes.subarray(at + 4, at + 4 + (tag >>> 16)), next: at + 8 };
  const length = bytes.readUInt32LE(at + 4);
  const end = at + 8 + length;
  if (end > bytes.length) throw new RangeError('an element ends behind the file');
  // Elements begin at multiples of 8 bytes, but for compressed ones.
  return {
    type: tag,
    data: bytes.subarray(at + 8, end),
    next: tag === COMPRESSED ? end : end + ((8 - (length % 8)) % 8),
  };
}

function matrixOf(data: Buffer): MatlabMatrix | undefined {
  const flags = elementAt(data, 0);
  const sizes = elementAt(data, flags.next);
  const name = elementAt(data, sizes.next);
  const [kind, bits] = [flags.data[0], flags.data.readUInt32LE(0)];
  // 6 to 15: arrays of numbers.
  if (kind < 6 || kind > 15 || bits & COMPLEX || sizes.data.length !== 8) return undefined;
  const [rows, width] = [sizes.data.readInt32LE(0), sizes.data.readInt32LE(4)];
  const { type, data: numbers } = elementAt(data, name.next);
  const { bytes, at } = numericTypes[type];
  const columns = Array.from({ length: width }, (_, column) =>
    Float64Array.from({ length: rows }, (_, row) => at(numbers, (column * rows + row) * bytes)),
  );
  return { name: name.data.toString('latin1'), rows, columns };
}

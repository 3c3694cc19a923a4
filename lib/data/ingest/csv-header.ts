import { closeSync, openSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { DataError } from '../error';

const HEAD_BYTES = 1 << 18;

/**
 * The values of the first line of a CSV file (also .gz). DuckDB's own detection may skip lines that look wrong; here
 * the first line is the header, whatever follows.
 * @returns The values, or none for an empty file.
 */
export function readHead(path: string, delimiter: string, quote: string): string[] {
  const text = headText(path).replace(/^\uFEFF/, '');
  const values: string[] = [];
  let value = '';
  let inside = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (quote !== '' && letter === quote) {
      if (inside && text[at + 1] === quote) value += text[++at];
      else inside = !inside;
    } else if (!inside && text.startsWith(delimiter, at)) {
      values.push(value);
      value = '';
      at += delimiter.length - 1;
    } else if (!inside && (letter === '\n' || letter === '\r')) {
      return [...values, value];
    } else value += letter;
  }
  return values.length === 0 && value === '' ? [] : [...values, value];
}

function headText(path: string): string {
  const buffer = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, 'r');
  const length = readSync(file, buffer, 0, HEAD_BYTES, 0);
  closeSync(file);
  const bytes = buffer.subarray(0, length);
  if (!path.toLowerCase().endsWith('.gz') || length === 0) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8');
  } catch {
    throw new DataError(`${path}: not a readable gzip file; fetch it again`);
  }
}

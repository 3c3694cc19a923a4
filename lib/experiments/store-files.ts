import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** A problem with a results folder that its user can solve; the message says how. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** Writes a whole file under a temporary name beside it and renames it, so that a reader never sees half of it. */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}-${randomBytes(3).toString('hex')}.tmp`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** What a file of JSON lines holds, and which text it should hold if an append to it was cut short. */
export interface JsonLines<Line> {
  readonly lines: Line[];
  /** Whole text of the file without its torn end; equals the file where nothing is torn. */
  readonly text: string;
  /** Whether the end of the file was torn. */
  readonly torn: boolean;
}

/** Reads a file of JSON lines; a missing file has no lines, a torn last line is left out, any other bad line is an error. */
export function readJsonLines<Line>(path: string): JsonLines<Line> {
  if (!existsSync(path)) return { lines: [], text: '', torn: false };
  const text = readFileSync(path, 'utf8');
  const pieces = text.split('\n');
  // What follows the last line break is empty in a whole file: an append writes a line and its break in one call.
  const rest = pieces.pop() ?? '';
  const lines: Line[] = [];
  pieces.forEach((piece, index) => {
    const line = parseObject(piece);
    if (line === undefined) {
      throw new StoreError(
        `${path}, line ${index + 1}: not a JSON object. The file was changed by hand or by a failing disk; delete the line to go on.`,
      );
    }
    lines.push(line as Line);
  });
  if (rest === '') return { lines, text, torn: false };
  const whole = text.slice(0, text.length - rest.length);
  // Only the line break is missing where the rest is a whole object: no proper beginning of an object is one itself.
  const last = parseObject(rest);
  if (last === undefined) return { lines, text: whole, torn: true };
  return { lines: [...lines, last as Line], text: `${text}\n`, torn: true };
}

/** The text of a file of JSON lines. */
export function jsonLines(lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

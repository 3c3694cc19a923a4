import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { replaceFile } from '../backend/replace-file';

/** A problem with a results folder that its user can solve; the message says how. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** Writes a whole file in place of an old one, so that a reader never sees half of it. */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  replaceFile(path, [content]);
}

/** Adds a line to a file of JSON lines and waits until the disk has it; where that fails the file stays as it was. */
export function appendLine(path: string, line: object): void {
  const handle = openSync(path, 'a');
  const { size } = fstatSync(handle);
  try {
    writeFileSync(handle, `${JSON.stringify(line)}\n`);
    fsyncSync(handle);
  } catch (error) {
    ftruncateSync(handle, size);
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** Does something with files; what the file system says becomes one sentence with the folder and the way out. */
export function explained<Result>(folder: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    const { code = 'unknown', syscall, message } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error; // not of the file system
    const [reason, wayOut = 'Choose a folder that can be written with --out FOLDER.'] = REASONS[code] ?? [message];
    throw new StoreError(`Results cannot be written to ${folder}: ${reason} (${code}). ${wayOut}`);
  }
}

const MAKE_ROOM = 'Make room and give the same command again: it goes on from what is stored, which is whole.';

/** What a code of the file system means, and what helps where it is not another folder. */
const REASONS: Readonly<Record<string, readonly [reason: string, wayOut?: string]>> = {
  EACCES: ['this user may not write there'],
  EPERM: ['this user may not write there'],
  EROFS: ['the disk is read-only'],
  EEXIST: ['a file of that name is in the way'],
  ENOTDIR: ['a part of the path is a file'],
  ENOENT: ['the system does not allow a folder there'],
  ENAMETOOLONG: ['the name is too long'],
  ENOSPC: ['the disk is full', MAKE_ROOM],
  EDQUOT: ['the quota of this user is used up', MAKE_ROOM],
  EFBIG: ['a file would be larger than this user may write (ulimit -f)', MAKE_ROOM],
};

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

/** Takes the torn end off a file of JSON lines that a killed process left, so that lines can be added. */
export function mendJsonLines(path: string): void {
  const { text, torn } = readJsonLines(path);
  if (torn) writeAtomically(path, text);
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

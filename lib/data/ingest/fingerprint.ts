import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { makeFolder } from '../../backend/folder';
import { DataError, messageOf } from '../error';

/** A source file as the fingerprint sees it. */
export interface SourceFile {
  /** Name of the source in the schema. */
  readonly source: string;
  /** Path below the data folder. */
  readonly name: string;
  /** Full path. */
  readonly path: string;
}

/** A source file with its content's digest. */
export interface HashedFile extends SourceFile {
  readonly bytes: number;
  /** SHA-256 of the content, hex. */
  readonly sha256: string;
}

/**
 * Digests the content of files; a digest is remembered by path, size and time of change, so a second call reads nothing.
 * @param files Files that exist.
 * @param memory Folder that remembers digests; made when missing.
 */
export async function hashFiles(files: readonly SourceFile[], memory: string): Promise<HashedFile[]> {
  return Promise.all(files.map(async (file) => ({ ...file, ...(await hashFile(file.path, memory)) })));
}

/** SHA-256 in hex of a text. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** JSON with sorted keys and without undefined entries: equal values give equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry;
    return Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

async function hashFile(path: string, memory: string): Promise<{ bytes: number; sha256: string }> {
  const { size, mtimeMs } = statSync(path);
  const note = join(memory, `${digest(resolve(path)).slice(0, 24)}.json`);
  const known = recall(note);
  if (known?.bytes === size && known.mtimeMs === mtimeMs) return { bytes: size, sha256: known.sha256 };
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  if (path.toLowerCase().endsWith('.gz')) await checkWhole(path);
  const sha256 = hash.digest('hex');
  makeFolder(dirname(note));
  const draft = `${note}.${process.pid}-${Math.random().toString(36).slice(2)}`;
  writeFileSync(draft, JSON.stringify({ bytes: size, mtimeMs, sha256 }));
  renameSync(draft, note);
  return { bytes: size, sha256 };
}

/** A gzip file that was cut off reads as a shorter table, so its end is looked at before it is trusted. */
async function checkWhole(path: string): Promise<void> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), createGunzip(), nowhere);
  } catch (problem) {
    throw new DataError(`${path}: not a whole gzip file (${messageOf(problem)}); fetch it again`);
  }
}

function recall(note: string): { bytes: number; mtimeMs: number; sha256: string } | undefined {
  try {
    return JSON.parse(readFileSync(note, 'utf8')) as { bytes: number; mtimeMs: number; sha256: string };
  } catch {
    return undefined;
  }
}

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../backend/folder';
import { ROWS_FILE } from './ingest';
import { CACHE_FORMAT, type Manifest } from './manifest';

const MANIFEST_FILE = 'manifest.json';

/** The manifest of a cached data set, or nothing where there is none that this version can read. */
export function readManifest(folder: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, MANIFEST_FILE), 'utf8')) as Manifest;
    return manifest.format === CACHE_FORMAT && existsSync(join(folder, ROWS_FILE)) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Fills a cache folder in one step: the work happens in a folder of its own, which is renamed when it is complete. A
 * process that is killed leaves no entry, and of two processes that fill the same entry one wins.
 * @param root Folder of the data set's cache.
 * @param key Name of the entry.
 * @param work Writes the rows into the folder it is given and returns the manifest.
 */
export async function fillCache(
  root: string,
  key: string,
  work: (folder: string) => Promise<Manifest>,
): Promise<Manifest> {
  makeFolder(root);
  removeAbandoned(root);
  const draft = join(root, `draft-${hostname()}-${process.pid}-${Math.random().toString(36).slice(2, 10)}`);
  mkdirSync(draft);
  try {
    const manifest = await work(draft);
    for (const name of readdirSync(draft)) {
      if (name !== ROWS_FILE) rmSync(join(draft, name), { recursive: true });
    }
    writeFileSync(join(draft, MANIFEST_FILE), JSON.stringify(manifest));
    publish(draft, join(root, key));
    return manifest;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function publish(draft: string, target: string): void {
  // An entry that cannot be read is moved away; one that can was made by another process from the same sources.
  if (existsSync(target) && readManifest(target) === undefined) {
    const old = `${draft}-old`;
    renameSync(target, old);
    rmSync(old, { recursive: true, force: true });
  }
  try {
    renameSync(draft, target);
  } catch (problem) {
    if (readManifest(target) === undefined) throw problem;
  }
}

/** Removes what processes of this machine left that were killed while they worked. */
function removeAbandoned(root: string): void {
  for (const name of readdirSync(root)) {
    const parts = name.startsWith(`draft-${hostname()}-`) ? name.slice(`draft-${hostname()}-`.length).split('-') : [];
    const pid = Number(parts[0]);
    if (parts.length === 0 || !Number.isInteger(pid) || isAlive(pid)) continue;
    rmSync(join(root, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (problem) {
    return (problem as NodeJS.ErrnoException).code === 'EPERM';
  }
}

import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { StoreError } from './store-files';

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process began, in the system's own unit, so that a process number used again is not taken for the owner. */
  readonly began: string | null;
}

/** A lock file without a readable owner is being written at this moment, or its writer died while writing. */
const UNREADABLE_LOCK_SECONDS = 10;

/** A holder may be about to end (its parent was killed a moment ago): this often it is asked again, after this time. */
const PATIENCE = { times: 20, milliseconds: 50 };

/**
 * Takes the lock file for this process, or throws a `StoreError` that names the process that holds it.
 * The lock of a process that no longer runs is replaced. A lock of this very process is taken over.
 */
export function takeLock(path: string, folder: string): void {
  const mine: Owner = { pid: process.pid, host: hostname(), began: processStart(process.pid) };
  for (let attempt = 0; attempt < 2 * PATIENCE.times; attempt++) {
    if (placeLock(path, `${JSON.stringify(mine)}\n`)) return;
    const text = readLock(path);
    if (text === undefined) continue;
    const owner = parseOwner(text);
    if (owner !== undefined && owner.pid === mine.pid && owner.host === mine.host && owner.began === mine.began) return;
    if (isHeld(path, owner, mine.host)) {
      if (attempt < PATIENCE.times) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PATIENCE.milliseconds);
        continue;
      }
      const who = owner === undefined ? 'another run' : `the run with process number ${owner.pid} on ${owner.host}`;
      throw new StoreError(
        `${folder} is being written by ${who}. Wait for it to end, or choose another folder with --out FOLDER` +
          ` (if no such run exists, delete ${path}).`,
      );
    }
    removeStale(path, text);
  }
  throw new StoreError(`${path} cannot be taken: other runs keep taking it. Choose another folder with --out FOLDER.`);
}

/** Puts a whole lock file in its place in one step, so that a killed process leaves none without an owner; false if one is there. */
function placeLock(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}-${randomBytes(3).toString('hex')}.tmp`;
  try {
    writeFileSync(draft, text);
    linkSync(draft, path);
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (syscall !== 'link' || code === 'ENOSPC') throw error;
    return writeNew(path, text); // a file system without links
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeNew(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Gives the lock file back if this process holds it. */
export function releaseLock(path: string): void {
  const owner = parseOwner(readLock(path) ?? '');
  if (owner?.pid === process.pid && owner.host === hostname()) rmSync(path, { force: true });
}

function isHeld(path: string, owner: Owner | undefined, host: string): boolean {
  if (owner === undefined) return lockAgeSeconds(path) < UNREADABLE_LOCK_SECONDS;
  // A process of another machine (a shared disk) cannot be asked; believe the file.
  if (owner.host !== host) return true;
  return isAlive(owner.pid) && (owner.began === null || owner.began === processStart(owner.pid));
}

/** Two runs may find the same stale lock: a renamed file is removed only if it still is that lock. */
function removeStale(path: string, text: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readLock(aside) === text) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function readLock(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null;
    if (typeof owner?.pid !== 'number' || typeof owner.host !== 'string') return undefined;
    return { pid: owner.pid, host: owner.host, began: typeof owner.began === 'string' ? owner.began : null };
  } catch {
    return undefined;
  }
}

function lockAgeSeconds(path: string): number {
  try {
    return (Date.now() - statSync(path).mtimeMs) / 1000;
  } catch {
    return 0;
  }
}

/** Whether a process runs. One that has ended keeps its number until it is collected, in a container perhaps for ever. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !['Z', 'X'].includes(processFields(pid)[0]);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Start time of a process where the system tells it as a file (Linux): field 22 of /proc/PID/stat. */
const processStart = (pid: number): string | null => processFields(pid)[19] ?? null;

/** The fields of /proc/PID/stat from the third, the state, on, after the name in brackets; none on other systems. */
function processFields(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

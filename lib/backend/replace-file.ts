import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What the temporary names of {@link replaceFile} end with; a killed process leaves such a file behind. */
export const TEMPORARY_FILE = /\.\d+-[0-9a-f]{6}\.tmp$/;

/**
 * Writes a whole file in place of the one that is there. At any moment, also after a power failure, the file is the old
 * one or the new one: the content goes under a temporary name beside it, and is renamed once the disk has it.
 *
 * @param parts what the file holds, one after another
 * @param keep where the old file is put, in place of what is there; without it the old file is gone
 */
export function replaceFile(path: string, parts: Iterable<string | NodeJS.ArrayBufferView>, keep?: string): void {
  const temporary = `${path}.${process.pid}-${randomBytes(3).toString('hex')}.tmp`;
  try {
    const handle = openSync(temporary, 'w');
    try {
      for (const part of parts) writeFileSync(handle, part); // unlike writeSync it goes on after half a write
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    if (keep !== undefined && existsSync(path)) renameSync(path, keep);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Waits until the disk has the names in a folder, where the system can do that. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error; // some network disks
  } finally {
    closeSync(handle);
  }
}

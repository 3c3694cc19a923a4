import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './folders';
import type { Setting, SharedArray, SharedNumbers } from './work';

/** What works are prepared with, and the folder that their shared numbers go to. */
export interface Scratch {
  readonly setting: Setting;
  /** Removes the numbers that were shared so far. */
  clear(): void;
}

const typeOf = (numbers: SharedNumbers): SharedArray['type'] => {
  if (numbers instanceof Float32Array) return 'float32';
  if (numbers instanceof Int32Array) return 'int32';
  return numbers instanceof Uint8Array ? 'uint8' : 'uint16';
};

/** @param withPeer whether anybody reads what is shared */
export function scratch(withPeer: boolean, options: Pick<Setting, 'quick' | 'rows'>): Scratch {
  let folder: string | undefined;
  const clear = () => {
    if (folder) rmSync(folder, { recursive: true, force: true });
    folder = undefined;
    process.off('exit', clear);
  };
  const folderNow = () => {
    if (folder) return folder;
    mkdirSync(cacheFolder('shared'), { recursive: true });
    folder = mkdtempSync(cacheFolder('shared', 'work-'));
    process.on('exit', clear);
    return folder;
  };
  return {
    setting: {
      ...options,
      share(name, numbers, shape = [numbers.length]) {
        if (!withPeer) return { file: '', type: typeOf(numbers), shape };
        const file = join(folderNow(), name);
        writeFileSync(file, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
        return { file, type: typeOf(numbers), shape };
      },
    },
    clear,
  };
}

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../backend/folder';
import { TEMPORARY_FILE } from '../backend/replace-file';
import type { Environment, Origin } from './origin';
import { mergeConfigurations, requireSameConfiguration, type StoredConfiguration } from './store-configuration';
import { explained, readJsonLines, StoreError, writeAtomically } from './store-files';
import { takeLock } from './store-lock';
import { CONFIGURATION, EPOCHS, ORIGINS, type Origins, RESULTS, ROUNDS, readJson, readOrigins } from './store-read';

/** The file that the process which writes a folder holds. */
export const LOCK = 'run.lock';

/** Makes a results folder, takes its lock and clears what a killed process left half-written. */
export function prepareFolder(folder: string): void {
  explained(folder, () => {
    makeFolder(folder);
    // Taking the lock is also the proof that files can be written here.
    takeLock(join(folder, LOCK), folder);
    for (const name of readdirSync(folder)) if (TEMPORARY_FILE.test(name)) rmSync(join(folder, name), { force: true });
  });
}

/**
 * Stores the configuration, joined with the one that is there.
 *
 * @param free top-level entries that may differ
 * @throws StoreError where the folder holds results of another configuration, or of none
 */
export function writeConfiguration(
  folder: string,
  now: StoredConfiguration,
  free: readonly string[],
  resume: boolean,
): void {
  const path = join(folder, CONFIGURATION);
  const holdsLines = [ROUNDS, EPOCHS, RESULTS].some((name) => readJsonLines(join(folder, name)).lines.length > 0);
  let stored = now;
  if (holdsLines || resume) {
    if (!existsSync(path)) {
      throw new StoreError(
        `${folder} holds results but no ${CONFIGURATION}, so they cannot be continued. Choose another folder with --out FOLDER.`,
      );
    }
    const before = readJson<StoredConfiguration>(path);
    requireSameConfiguration(folder, before, now, free);
    stored = mergeConfigurations(before, now, free);
  }
  explained(folder, () => writeAtomically(path, `${JSON.stringify(stored, null, 2)}\n`));
}

/** Adds what the ids of lines written from now on stand for. */
export function writeOrigins(
  folder: string,
  { configuration, environment: id }: Origin,
  environment?: Environment,
): void {
  const { environments } = readOrigins(folder);
  const origins: Origins = {
    configuration,
    environments: { ...environments, ...(id && environment && { [id]: environment }) },
  };
  writeAtomically(join(folder, ORIGINS), `${JSON.stringify(origins, null, 2)}\n`);
}

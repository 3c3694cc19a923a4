import { DataError } from '../../data/error';
import type { SourceFile } from '../../data/ingest/fingerprint';
import { findDataFolder, matchFiles, whatIsThere } from '../../data/paths';
import type { RankingSource } from './raw';

/**
 * Finds the files of a source.
 * @param given folder named by the user: the data set's own, or one that holds it under its name; default: `$PF_DATA/<name>`, or
 * `data/<name>/raw`
 * @throws DataError naming what is missing, where it was looked for, and how to get it.
 */
export function findFiles(source: RankingSource, given?: string): Readonly<Record<string, SourceFile>> {
  const roles = Object.keys(source.files);
  const holds = (folder: string) => roles.some((role) => fileOf(source, role, folder) !== undefined);
  const folder = findDataFolder(source.name, given, holds, source.obtain);
  return Object.fromEntries(
    roles.map((role) => {
      const file = fileOf(source, role, folder);
      if (file !== undefined) return [role, file];
      const wanted = source.files[role].map((name) => `"${name}"`).join(' or ');
      throw new DataError(
        `${folder}: there is no file ${wanted} (${role} of "${source.name}"); ${whatIsThere(folder)}. To get the data: ${source.obtain}`,
      );
    }),
  );
}

function fileOf(source: RankingSource, role: string, folder: string): SourceFile | undefined {
  const name = source.files[role].flatMap((pattern) => matchFiles(folder, pattern))[0];
  return name === undefined ? undefined : { source: role, name, path: `${folder}/${name}` };
}

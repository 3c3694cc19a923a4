import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { DataError } from './error';

/** The folder of the project: the nearest one above this file whose package.json carries the project's name. */
export function projectRoot(): string {
  let folder = __dirname;
  for (;;) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'pf-msmtrec') {
      return folder;
    }
    const parent = dirname(folder);
    if (parent === folder) return process.cwd();
    folder = parent;
  }
}

/** Where the cache of one data set lives: `data/<name>/cache`, or `<PF_CACHE>/<name>`. */
export function cacheFolder(name: string, root?: string): string {
  const chosen = root ?? process.env.PF_CACHE;
  return chosen ? join(resolve(chosen), name) : join(projectRoot(), 'data', name, 'cache');
}

/**
 * Finds the folder that holds the files of a data set.
 * @param name Name of the data set.
 * @param given Folder given by the user: the data set's own, or one that holds it under its name.
 * @param holds Whether a folder holds the files.
 * @param obtain How to get the files, for the message.
 * @throws DataError naming every place that was looked at.
 */
export function findDataFolder(
  name: string,
  given: string | undefined,
  holds: (folder: string) => boolean,
  obtain: string | undefined,
): string {
  if (given !== undefined) {
    if (!isFolder(given)) throw new DataError(`${given}: there is no such folder; give the folder of "${name}"`);
    const inner = join(given, name);
    return resolve(!holds(given) && isFolder(inner) ? inner : given);
  }
  const parent = process.env.PF_DATA;
  const places = [...(parent ? [join(parent, name)] : []), join(projectRoot(), 'data', name, 'raw')];
  const found = places.find(isFolder);
  if (found !== undefined) return resolve(found);
  const how = obtain === undefined ? '' : ` To get it: ${obtain}`;
  throw new DataError(
    `data set "${name}" was not found; looked in ${places.join(' and ')}. ` +
      `Name its folder (--data DIR), or set PF_DATA to the folder that holds "${name}".${how}`,
  );
}

/**
 * Lists the files below a folder that match a pattern; `*` and `?` stand for characters inside one path part.
 * @returns Paths relative to `folder` with `/` between the parts, sorted by their characters.
 */
export function matchFiles(folder: string, pattern: string): string[] {
  let found: string[] = [''];
  for (const part of pattern.split(/[\\/]/)) {
    const next: string[] = [];
    for (const head of found) {
      const inside = join(folder, head);
      if (!isFolder(inside)) continue;
      const names = /[*?]/.test(part) ? readdirSync(inside).filter((name) => matches(part, name)) : [part];
      for (const name of names) if (existsSync(join(inside, name))) next.push(head === '' ? name : `${head}/${name}`);
    }
    found = next;
  }
  return found.filter((path) => path !== '' && !isFolder(join(folder, path))).sort();
}

/** Whether a text matches a pattern in which `*` stands for any characters and `?` for one. */
export function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 'i').test(text);
}

/** The files and folders directly in `folder`, for a message that says what is there instead; `''` where none. */
export function whatIsThere(folder: string): string {
  const names = isFolder(folder) ? readdirSync(folder).sort() : [];
  if (names.length === 0) return 'the folder is empty';
  return `the folder has ${names.slice(0, 8).join(', ')}${names.length > 8 ? `, … (${names.length})` : ''}`;
}

/** Path below `folder` with `/` between the parts, or the file's own name where it lies elsewhere. */
export function below(folder: string, file: string): string {
  const prefix = resolve(folder) + sep;
  const path = resolve(file);
  return path.startsWith(prefix) ? path.slice(prefix.length).split(sep).join('/') : basename(path);
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

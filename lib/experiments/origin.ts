import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Device, openDevice } from '../backend/device';
import { projectRoot } from '../data/paths';
import { canonical, FREE_ENTRIES, type StoredConfiguration } from './store-configuration';

/** Where a line of results comes from, as short ids. `origins.json` in its folder says what they stand for. */
export interface Origin {
  /** Of every option and of the data's fingerprint, but for those that decide no number. */
  readonly configuration?: string;
  /** Of device, versions and code; several, joined by `+`, where a run went on elsewhere. */
  readonly environment?: string;
  /** Of the library's code alone; several, joined by `+`, where a run went on with other code. */
  readonly code?: string;
}

/** What a run depends on beside its configuration and data. */
export interface Environment extends Device {
  /** Version of this package. */
  readonly package: string;
  /** {@link codeId} */
  readonly code: string;
}

/** Device and versions of this process. */
export function environmentNow(): Environment {
  const { version } = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as { version: string };
  return { ...openDevice(), package: version, code: codeId() };
}

/** Parts of the library that decide no number of a run. */
const NOT_PART = ['cli', 'report', 'statistics'];

let known: string | undefined;

/**
 * A short id of the code that makes the numbers: the compiled library, without tables, figures and commands, and the
 * sources of its kernels (the compiled ones hold the folder's name). It needs no git.
 */
export function codeId(): string {
  if (known !== undefined) return known;
  const library = join(__dirname, '..');
  const compiled = filesIn(library).filter(
    (file) => file.endsWith('.js') && !NOT_PART.includes(relative(library, file).split(/[\\/]/)[0]),
  );
  const kernels = filesIn(join(projectRoot(), 'lib', 'backend', 'native'));
  const hash = createHash('sha256');
  for (const file of [...compiled, ...kernels]) hash.update(`${relative(library, file)}\n`).update(readFileSync(file));
  known = hash.digest('hex').slice(0, 8);
  return known;
}

/** The ids of everything that a run with a configuration writes in this process. */
export function originOf(configuration: StoredConfiguration, free: readonly string[] = FREE_ENTRIES): Origin {
  const decisive = Object.entries(configuration).filter(([name]) => !free.includes(name));
  const { environment } = configuration as { environment?: Partial<Environment> };
  return {
    configuration: shortId(Object.fromEntries(decisive)),
    ...(environment && { environment: shortId(environment), code: environment.code }),
  };
}

/** The origin of something that was made of several lines: all their ids. */
export function jointOrigin(lines: readonly Origin[]): Origin {
  const names = ['configuration', 'environment', 'code'] as const;
  const ids = names.map((name) => [name, [...new Set(lines.flatMap((line) => line[name] ?? []))].join('+')] as const);
  return Object.fromEntries(ids.filter(([, joined]) => joined !== ''));
}

const shortId = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex').slice(0, 8);

/** All files below a folder, sorted by name. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort();
}

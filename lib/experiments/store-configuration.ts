import { StoreError } from './store-files';

/** Every option of a run as plain JSON, with the data's fingerprint, versions and device. */
export type StoredConfiguration = Readonly<Record<string, unknown>>;

/** Entries that may differ when a run goes on in the same folder: they do not change what a finished line means. */
export const FREE_ENTRIES: readonly string[] = ['methods', 'seeds', 'diagnostics', 'environment', 'out'];

/** One option that two configurations give different values. */
export interface ConfigurationDifference {
  /** Names from the outside in, joined by dots. */
  readonly option: string;
  readonly before: unknown;
  readonly now: unknown;
}

/** Lists the options in which two configurations differ; entries named in `free` are not compared. */
export function configurationDifferences(
  before: StoredConfiguration,
  now: StoredConfiguration,
  free: readonly string[] = FREE_ENTRIES,
): ConfigurationDifference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => !free.includes(name));
  return names.flatMap((name) => differences(name, before[name], now[name]));
}

/** Throws a `StoreError` that names the differing options and says what to do. */
export function requireSameConfiguration(
  folder: string,
  before: StoredConfiguration,
  now: StoredConfiguration,
  free: readonly string[] = FREE_ENTRIES,
): void {
  const found = configurationDifferences(before, now, free);
  if (found.length === 0) return;
  const shown = found
    .slice(0, 3)
    .map(({ option, before, now }) => `${option} is ${show(before)} there and ${show(now)} now`);
  const more = found.length > 3 ? ` (and ${found.length - 3} more)` : '';
  throw new StoreError(
    `${folder} holds results of another configuration: ${shown.join('; ')}${more}. ` +
      'Choose another folder with --out FOLDER, or delete this one to start afresh.',
  );
}

/** The configuration of a folder that goes on: the new one, with the methods and seeds that the folder already had. */
export function mergeConfigurations(
  before: StoredConfiguration,
  now: StoredConfiguration,
  free: readonly string[] = FREE_ENTRIES,
): StoredConfiguration {
  const merged: Record<string, unknown> = { ...now };
  for (const name of free) {
    const earlier = before[name];
    const later = now[name];
    if (Array.isArray(earlier) && Array.isArray(later)) merged[name] = [...new Set([...earlier, ...later])];
  }
  return merged;
}

function differences(option: string, before: unknown, now: unknown): ConfigurationDifference[] {
  if (isObject(before) && isObject(now)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
    return names.flatMap((name) => differences(`${option}.${name}`, before[name], now[name]));
  }
  return canonical(before) === canonical(now) ? [] : [{ option, before, now }];
}

/** JSON with sorted names, so that the order in which options were given does not matter. */
export function canonical(value: unknown): string {
  const text = JSON.stringify(value, (_name, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
  return text ?? 'absent';
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

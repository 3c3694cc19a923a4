import { existsSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { checkOptionNames, DataError, hint } from './error';
import { fillCache, readManifest } from './ingest/cache';
import { canonical, digest, type HashedFile, hashFiles, type SourceFile } from './ingest/fingerprint';
import { ingest } from './ingest/ingest';
import { suspiciousFields } from './ingest/leak-auc';
import { loadDataset } from './ingest/load';
import { CACHE_FORMAT, type Manifest } from './ingest/manifest';
import { findSources, holdsSources } from './ingest/sources';
import { cacheFolder, findDataFolder, isFolder, matches } from './paths';
import type { DataSchema } from './schema';
import { builtInSchemas } from './schemas';
import { type SyntheticOptions, synthetic } from './synthetic/synthetic';
import type { Dataset } from './types';
import { parseSchema, readSchema } from './validate-schema';

/** How a data set is opened. */
export interface OpenOptions {
  /**
   * The folder of the files, or the files themselves. Default: the folder of the JSON schema; for a built-in data set
   * `$PF_DATA/<name>` or `data/<name>/raw`.
   */
  readonly data?: string | readonly string[];
  /** At most this many rows of each scenario, chosen by hash. */
  readonly rowsPerScenario?: number;
  /** What to do with exact repeats of a row; default: as the schema says, else `keep`. */
  readonly duplicates?: 'keep' | 'drop';
  /** Folder that holds the caches of all data sets; default `$PF_CACHE`, else `data/<name>/cache`. */
  readonly cache?: string;
  /** Read the sources again even where the cache has them. */
  readonly refresh?: boolean;
  /** Threads for DuckDB; default all cores. The data do not depend on it. */
  readonly threads?: number;
  /** For the data set `synthetic`. */
  readonly synthetic?: SyntheticOptions;
}

const optionNames = ['data', 'rowsPerScenario', 'duplicates', 'cache', 'refresh', 'threads', 'synthetic'];

/** Names that `openDataset` knows without a file. */
export const datasetNames: readonly string[] = ['synthetic', ...Object.keys(builtInSchemas)];

/**
 * Opens a data set: a built-in one by name, an own one by its schema or the schema's JSON file.
 * The first time its sources are read, checked and cached; afterwards the cache is read.
 * @throws DataError with one line that says what is wrong, where, and what to do.
 */
export async function openDataset(what: string | DataSchema, options: OpenOptions = {}): Promise<Dataset> {
  checkOptionNames('openDataset', options, optionNames);
  if (what === 'synthetic') return synthetic(options.synthetic);
  if (options.synthetic !== undefined)
    throw new DataError('the option "synthetic" is for the data set "synthetic" only');
  const { schema, home } = findSchema(what);
  const chosen = withOptions(schema, options);
  const files = locate(chosen, home, options.data);
  const root = cacheFolder(schema.name, options.cache);
  const hashed = await hashFiles(files, join(root, 'files'));
  const fingerprint = fingerprintOf(chosen, hashed);
  return openCached(chosen, fingerprint, hashed, root, options);
}

/** The schema behind a name or a JSON file, checked. */
export function schemaOf(what: string | DataSchema): DataSchema {
  return findSchema(what).schema;
}

function findSchema(what: string | DataSchema): { schema: DataSchema; home?: string } {
  if (typeof what !== 'string') return { schema: parseSchema(what, `schema "${(what as DataSchema)?.name ?? '?'}"`) };
  if (Object.hasOwn(builtInSchemas, what)) return { schema: builtInSchemas[what] };
  if (what.endsWith('.json') || existsSync(what)) return { schema: readSchema(what), home: dirname(resolve(what)) };
  throw new DataError(`there is no data set "${what}"; ${hint(what, datasetNames)} (or give a schema in a .json file)`);
}

function withOptions(schema: DataSchema, { rowsPerScenario, duplicates }: OpenOptions): DataSchema {
  const limits = rowsPerScenario === undefined ? schema.limits : { ...schema.limits, rowsPerScenario };
  return parseSchema({ ...schema, duplicates: duplicates ?? schema.duplicates, limits }, `schema "${schema.name}"`);
}

function locate(schema: DataSchema, home: string | undefined, data: OpenOptions['data']): SourceFile[] {
  if (typeof data === 'string' && isFolder(data) && home !== undefined) return findSources(schema, resolve(data));
  if (data !== undefined && (typeof data !== 'string' || (existsSync(data) && !isFolder(data)))) {
    return assign(schema, typeof data === 'string' ? [data] : data);
  }
  if (data === undefined && home !== undefined) return findSources(schema, home);
  return findSources(
    schema,
    findDataFolder(schema.name, data, (folder) => holdsSources(schema, folder), schema.obtain),
  );
}

/** Gives each file to the source whose pattern its name matches; a schema of one source takes them all. */
function assign(schema: DataSchema, paths: readonly string[]): SourceFile[] {
  const files = paths.map((path) => {
    if (!existsSync(path)) throw new DataError(`${path}: there is no such file`);
    const name = path.split(/[\\/]/).pop()!;
    const fits = schema.sources.find((source) =>
      [source.files].flat().some((one) => matches(one.split('/').pop()!, name)),
    );
    const source = fits ?? (schema.sources.length === 1 ? schema.sources[0] : undefined);
    if (source !== undefined) return { source: source.name, name, path: resolve(path) };
    const wanted = schema.sources.map((one) => [one.files].flat().join(', ')).join('; ');
    throw new DataError(`${path}: belongs to no source of "${schema.name}", which reads ${wanted}`);
  });
  const lacking = schema.sources.find((source) => !files.some((file) => file.source === source.name));
  if (lacking === undefined) return files;
  throw new DataError(
    `no file was given for source "${lacking.name}" of "${schema.name}" (${[lacking.files].flat().join(', ')})`,
  );
}

function fingerprintOf(schema: DataSchema, files: readonly HashedFile[]): string {
  const contents = files.map(({ source, name, sha256 }) => [source, name, sha256]);
  return digest(canonical({ format: CACHE_FORMAT, schema, contents }));
}

async function openCached(
  schema: DataSchema,
  fingerprint: string,
  files: readonly HashedFile[],
  root: string,
  { refresh, threads }: OpenOptions,
): Promise<Dataset> {
  const key = fingerprint.slice(0, 16);
  const entry = join(root, key);
  if (refresh) rmSync(entry, { recursive: true, force: true });
  const known = readManifest(entry);
  if (known !== undefined) {
    try {
      return await loadDataset(entry, known, threads);
    } catch {
      // A damaged entry is made anew from the sources.
      rmSync(entry, { recursive: true, force: true });
    }
  }
  let made: Dataset | undefined;
  await fillCache(root, key, async (folder) => {
    const manifest: Manifest = await ingest(schema, fingerprint, files, folder, threads);
    const dataset = await loadDataset(folder, manifest, threads);
    const warnings = [...manifest.warnings, ...suspiciousFields(dataset)];
    made = { ...dataset, warnings };
    return { ...manifest, warnings };
  });
  return made!;
}

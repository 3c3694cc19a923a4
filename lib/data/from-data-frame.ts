import { rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DataFrame } from 'danfojs-node';
import { makeFolder } from '../backend/folder';
import { DataError } from './error';
import { type OpenOptions, openDataset } from './open';
import { cacheFolder } from './paths';
import type { ColumnType, DataSchema } from './schema';
import type { Dataset } from './types';

/** The schema of a frame: like that of files, without sources. A `query` calls the frame's table `frame`. */
export type FrameSchema = Omit<DataSchema, 'sources'>;

/**
 * Makes a data set of a Danfo frame, on the same path as files: same checks, same encoding, same cache.
 * @throws DataError as `openDataset` does.
 */
export async function fromDataFrame(
  frame: DataFrame,
  schema: FrameSchema,
  options: Omit<OpenOptions, 'data' | 'synthetic'> = {},
): Promise<Dataset> {
  const names = frame.columns as string[];
  const values = frame.values as unknown[][];
  const types = names.map((_, k) => typeOf(values, k));
  const lines = values.map((row) => row.map((value, k) => cell(value, types[k])).join(','));
  const folder = join(
    cacheFolder(schema.name, options.cache),
    `draft-${hostname()}-${process.pid}-frame${Math.random().toString(36).slice(2, 10)}`,
  );
  const file = join(folder, 'frame.csv');
  const declared = Object.fromEntries(names.map((name, k) => [name, types[k]]));
  makeFolder(folder);
  try {
    writeFileSync(file, `${[names.map((name) => cell(name, 'text')).join(','), ...lines].join('\n')}\n`);
    const source = { name: 'frame', files: 'frame.csv', types: declared };
    return await openDataset({ ...schema, sources: [source] }, { ...options, data: [file] });
  } catch (problem) {
    if (problem instanceof DataError)
      throw new DataError(problem.message.replaceAll(file, 'data frame').replaceAll('frame.csv', 'the data frame'));
    throw problem;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value));
}

function typeOf(rows: readonly unknown[][], k: number): ColumnType {
  let type: ColumnType | undefined;
  for (const row of rows) {
    const value = row[k];
    if (isMissing(value)) continue;
    const own =
      typeof value === 'boolean'
        ? 'boolean'
        : typeof value !== 'number'
          ? 'text'
          : Number.isInteger(value)
            ? 'integer'
            : 'number';
    if (type === undefined || type === own) type = own;
    else if ((type === 'integer' || type === 'number') && (own === 'integer' || own === 'number')) type = 'number';
    else return 'text';
  }
  return type ?? 'text';
}

function cell(value: unknown, type: ColumnType): string {
  if (isMissing(value)) return '';
  return type === 'text' ? `"${String(value).replaceAll('"', '""')}"` : String(value);
}

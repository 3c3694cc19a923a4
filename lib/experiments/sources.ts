import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isRankingFolder } from './ranking/store';
import { readStore, type StoredResults } from './store';
import type { StoredConfiguration } from './store-configuration';
import { readJsonLines, StoreError } from './store-files';
import type { StudyRow } from './study';
import type { ResultLine } from './types';

/** The rows of a study, as its command stored them. */
export interface StudySource {
  readonly path: string;
  /** The study's name, taken from the folder or file. */
  readonly name: string;
  readonly rows: readonly StudyRow[];
  /** Of its runs, where they stand beside the rows. */
  readonly configurations: readonly StoredConfiguration[];
}

/** Results from any number of places. */
export interface ResultSources {
  readonly runs: readonly StoredResults[];
  readonly studies: readonly StudySource[];
}

const ROWS = 'rows.jsonl';

/**
 * Reads results of any kind: a results folder, a file of result lines, the folder or the rows of a study, or a folder
 * that holds any of these, at any depth. A result file without a configuration beside it has an empty one.
 *
 * @throws StoreError with the path that holds no results
 */
export function readSources(paths: readonly string[]): ResultSources {
  const found = paths.map(readSource);
  return { runs: found.flatMap(({ runs }) => runs), studies: found.flatMap(({ studies }) => studies) };
}

function readSource(path: string): ResultSources {
  if (!existsSync(path)) throw new StoreError(`There are no results at ${path}: there is no such file or folder.`);
  if (statSync(path).isFile()) return readFile(path);
  const found = readFolder(path);
  if (found.runs.length + found.studies.length > 0) return found;
  throw new StoreError(
    `${path} holds no results: neither it nor a folder in it has a config.json or ${ROWS}. Name a folder that a run or a study wrote.`,
  );
}

function readFolder(folder: string): ResultSources {
  if (isRankingFolder(folder)) return { runs: [], studies: [] }; // other figures, which have tables of their own
  if (existsSync(join(folder, ROWS))) return study(join(folder, ROWS), basename(folder), configurationsIn(folder));
  if (existsSync(join(folder, 'config.json'))) return { runs: [readStore(folder)], studies: [] };
  const inside = foldersIn(folder).map(readFolder);
  return { runs: inside.flatMap(({ runs }) => runs), studies: inside.flatMap(({ studies }) => studies) };
}

function readFile(path: string): ResultSources {
  if (basename(path) === 'results.jsonl' && existsSync(join(dirname(path), 'config.json'))) {
    return { runs: [readStore(dirname(path))], studies: [] };
  }
  const { lines } = readJsonLines<ResultLine | StudyRow>(path);
  const isRow = (line: ResultLine | StudyRow): line is StudyRow => 'setting' in line;
  const isLine = (line: ResultLine | StudyRow): line is ResultLine => 'split' in line && !('setting' in line);
  if (lines.length > 0 && lines.every(isRow)) {
    const isInFolder = basename(path) === ROWS;
    const name = isInFolder ? basename(dirname(path)) : basename(path).replace(/\.jsonl$/, '');
    return study(path, name, isInFolder ? configurationsIn(dirname(path)) : []);
  }
  if (lines.length > 0 && lines.every(isLine)) {
    return { runs: [{ folder: path, configuration: {}, rounds: [], results: lines, references: [] }], studies: [] };
  }
  throw new StoreError(`${path} holds no result lines: name a results.jsonl or the rows of a study.`);
}

function study(path: string, name: string, configurations: readonly StoredConfiguration[]): ResultSources {
  return { runs: [], studies: [{ path, name, rows: readJsonLines<StudyRow>(path).lines, configurations }] };
}

function configurationsIn(folder: string): StoredConfiguration[] {
  return foldersIn(folder).flatMap((inner) =>
    existsSync(join(inner, 'config.json')) ? [readStore(inner).configuration] : configurationsIn(inner),
  );
}

const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .sort();

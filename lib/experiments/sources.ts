import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type AnyRow, isRankingRow } from './compared';
import { isRankingFolder, readRankingResults } from './ranking/store';
import type { RankingRow } from './ranking/study';
import { readStore, type StoredResults } from './store';
import type { StoredConfiguration } from './store-configuration';
import { readJsonLines, StoreError } from './store-files';
import type { StudyRow } from './study';
import type { ResultLine } from './types';

/** The rows of a study, as its command stored them. */
export interface StudySource<Row extends AnyRow = StudyRow> {
  readonly path: string;
  /** The study's name, taken from the folder or file. */
  readonly name: string;
  readonly rows: readonly Row[];
  /** Of its runs, where they stand beside the rows. */
  readonly configurations: readonly StoredConfiguration[];
}

/** Results from any number of places. */
export interface ResultSources {
  readonly runs: readonly StoredResults[];
  readonly studies: readonly StudySource[];
  /** Studies and runs on ranking data sets; rows of a run have no setting. */
  readonly rankings?: readonly StudySource<RankingRow>[];
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
  return joined(found);
}

const joined = (found: readonly ResultSources[]): ResultSources => ({
  runs: found.flatMap(({ runs }) => runs),
  studies: found.flatMap(({ studies }) => studies),
  rankings: found.flatMap(({ rankings = [] }) => rankings),
});

function readSource(path: string): ResultSources {
  if (!existsSync(path)) throw new StoreError(`There are no results at ${path}: there is no such file or folder.`);
  if (statSync(path).isFile()) return readFile(path);
  const found = readFolder(path);
  if (found.runs.length + found.studies.length + (found.rankings?.length ?? 0) > 0) return found;
  throw new StoreError(
    `${path} holds no results: neither it nor a folder in it has a config.json or ${ROWS}. Name a folder that a run or a study wrote.`,
  );
}

function readFolder(folder: string): ResultSources {
  if (existsSync(join(folder, ROWS))) return study(join(folder, ROWS), basename(folder), configurationsIn(folder));
  if (isRankingFolder(folder)) return { runs: [], studies: [], rankings: [rankingRun(folder)] };
  if (existsSync(join(folder, 'config.json'))) return { runs: [readStore(folder)], studies: [] };
  return joined(foldersIn(folder).map(readFolder));
}

function readFile(path: string): ResultSources {
  if (basename(path) === 'results.jsonl' && existsSync(join(dirname(path), 'config.json'))) {
    if (isRankingFolder(dirname(path))) return { runs: [], studies: [], rankings: [rankingRun(dirname(path))] };
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
  const rows = readJsonLines<AnyRow>(path).lines;
  if (rows.length > 0 && rows.every(isRankingRow)) {
    return { runs: [], studies: [], rankings: [{ path, name, rows, configurations }] };
  }
  return { runs: [], studies: [{ path, name, rows: rows as StudyRow[], configurations }] };
}

/** A run on a ranking data set, as rows without a setting. */
function rankingRun(folder: string): StudySource<RankingRow> {
  const { configuration, results } = readRankingResults(folder);
  const rows = results.map((line) => ({ setting: {}, ...line }));
  return { path: folder, name: String(configuration.name ?? folder), rows, configurations: [configuration] };
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

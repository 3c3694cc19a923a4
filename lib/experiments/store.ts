import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FAILURES, recordFailure } from './failures';
import { type Environment, type Origin, originOf } from './origin';
import { FREE_ENTRIES, type StoredConfiguration } from './store-configuration';
import {
  appendLine,
  explained,
  jsonLines,
  mendJsonLines,
  readJsonLines,
  StoreError,
  writeAtomically,
} from './store-files';
import { LOCK, prepareFolder, writeConfiguration, writeOrigins } from './store-folder';
import { releaseLock } from './store-lock';
import { CONFIGURATION, DATA_CARD, REFERENCES, RESULTS, ROUNDS, readStore } from './store-read';
import type { ResultStore, RunLine, RunName, StoreOptions } from './store-types';
import type { ResultLine, RoundRecord } from './types';

export { type Origins, type ReferenceScores, readStore, type StoredResults } from './store-read';
export type { ResultStore, RunLine, RunName, StoreOptions } from './store-types';

/** Which store of this process may write a folder: the one opened last. */
const owners = new Map<string, symbol>();

/**
 * Opens a results folder for writing before any training: makes it, takes its lock, compares its configuration, and
 * mends what a killed process left (a torn end of a file of lines, temporary files).
 *
 * Throws a `StoreError` that says what to do where the folder cannot be written, is being written by another run, or
 * holds results of another configuration.
 *
 * A folder opened again in the same process (a notebook cell run twice) passes to the new store.
 */
export function openStore<Line extends RunLine = ResultLine, Round extends RunName = RoundRecord>(
  folder: string,
  configuration: StoredConfiguration,
  options: StoreOptions = {},
): ResultStore<Line, Round> {
  const path = (name: string) => join(folder, name);
  const { free = FREE_ENTRIES, resume = false, rounds: roundsFile = ROUNDS } = options;
  const key = resolve(folder);
  if (resume && !existsSync(path(CONFIGURATION))) {
    throw new StoreError(
      `There is nothing to resume in ${folder}: no run has begun there. Leave out --resume to begin one, or name its folder with --out FOLDER.`,
    );
  }
  prepareFolder(folder);
  const token = Symbol(folder);
  let origin: Origin;
  try {
    const plain = JSON.parse(JSON.stringify(configuration)) as StoredConfiguration;
    writeConfiguration(folder, plain, free, resume);
    origin = originOf(plain, free);
    explained(folder, () => {
      writeOrigins(folder, origin, plain.environment as Environment | undefined);
      for (const name of [roundsFile, FAILURES]) mendJsonLines(path(name));
    });
  } catch (error) {
    if (!owners.has(key)) releaseLock(path(LOCK));
    throw error;
  }
  releaseAtExit();
  owners.set(key, token);

  function requireOpen(): void {
    if (owners.get(key) === token) return;
    throw new StoreError(
      `${folder} is closed for this run: it was closed, or opened again by a later run of this process.`,
    );
  }
  function write(name: string, text: string): void {
    requireOpen();
    explained(folder, () => writeAtomically(path(name), text));
  }
  const rounds = () => readJsonLines<Round & Origin>(path(roundsFile)).lines;
  function results(): Line[] {
    return readJsonLines<Line>(path(RESULTS)).lines;
  }
  function writeResults(lines: readonly Line[]): void {
    const replaced = new Set(lines.map(runKey));
    const kept = results().filter((line) => !replaced.has(runKey(line)));
    const fresh = lines.map((line) => (line.configuration ? line : { ...line, ...origin }));
    write(RESULTS, jsonLines([...kept, ...fresh]));
  }

  return {
    folder,
    path,
    origin,
    appendRound(record) {
      requireOpen();
      explained(folder, () => appendLine(path(roundsFile), { ...record, ...origin }));
    },
    writeResults,
    recordFailure(run) {
      requireOpen();
      return explained(folder, () => recordFailure(path(FAILURES), run));
    },
    takeOver(other) {
      const finished = new Set(other.finishedRuns().map(runKey));
      const theirs = other.read();
      const fresh = theirs.rounds.filter((line) => finished.has(runKey(line)));
      const kept = rounds().filter((line) => !finished.has(runKey(line)));
      write(roundsFile, jsonLines([...kept, ...fresh]));
      writeResults(theirs.results);
    },
    writeReferences(references) {
      write(REFERENCES, `${JSON.stringify(references, null, 2)}\n`);
    },
    writeDataCard(text) {
      write(DATA_CARD, text);
    },
    read: () => readStore(folder, roundsFile),
    finishedRuns() {
      const runs = new Map(results().map((line) => [runKey(line), { method: line.method, seed: line.seed }]));
      return [...runs.values()];
    },
    isFinished: (method, seed) => results().some((line) => line.method === method && line.seed === seed),
    dropRoundsAfter(method, seed, round) {
      const lines = rounds();
      const numberOf = (line: { round?: number; epoch?: number } & RunName) => line.round ?? line.epoch ?? 0;
      const kept = lines.filter((line) => line.method !== method || line.seed !== seed || numberOf(line) <= round);
      if (kept.length < lines.length) write(roundsFile, jsonLines(kept));
    },
    close() {
      if (owners.get(key) !== token) return;
      owners.delete(key);
      releaseLock(path(LOCK));
    },
  };
}

function runKey(run: RunName): string {
  return JSON.stringify([run.method, run.seed]);
}

let watchesExit = false;
function releaseAtExit(): void {
  if (watchesExit) return;
  watchesExit = true;
  process.once('exit', () => {
    for (const folder of owners.keys()) releaseLock(join(folder, LOCK));
  });
}

import { appendLine, readJsonLines } from './store-files';
import type { Setting } from './study';

/** The file of a results or study folder that says what failed. */
export const FAILURES = 'failures.jsonl';

/** A run that ended without results: a line of `failures.jsonl`. */
export interface Failure {
  readonly method: string;
  readonly seed: number;
  /** Of a run in a study. */
  readonly setting?: Setting;
  /** 1 for the first time that this run failed in this folder, 2, … */
  readonly attempt: number;
  /** When, in ISO 8601. */
  readonly time: string;
  readonly message: string;
  /** What ended its process, where something did: `SIGKILL` mostly means that memory ran out. */
  readonly signal?: string;
}

/** What has to be said of a failure; the rest is counted and looked up. */
export type FailedRun = Omit<Failure, 'attempt' | 'time'>;

/** Adds a line to a file of failures and returns it. */
export function recordFailure(file: string, run: FailedRun): Failure {
  const key = failureKey(run);
  const earlier = readJsonLines<Failure>(file).lines.filter((line) => failureKey(line) === key);
  const failure = { ...run, attempt: earlier.length + 1, time: new Date().toISOString() };
  appendLine(file, failure);
  return failure;
}

const failureKey = ({ setting, method, seed }: FailedRun): string => JSON.stringify([setting, method, seed]);

/** Why a process ended by itself or was ended, in words. */
export function deathText(code: number | null, signal: string | null): string {
  if (signal === 'SIGKILL') return 'its process was killed (SIGKILL), which systems do when memory runs out';
  if (signal === 'SIGABRT') return 'its process gave up (SIGABRT), which Node and TensorFlow do when memory runs out';
  return `its process ended with ${signal ?? `code ${code}`}`;
}

/** What TensorFlow says where it has no memory for a tensor, on a GPU or below a limit of the process. */
const NO_ROOM = /OOM when allocating tensor with shape\[([\d,]*)\]/;

const MEMORY_RAN_OUT = 'memory ran out';

/** What a run failed of, in words that say what to do where that is known. */
export function problemText({ message }: Error): string {
  const [, shape] = NO_ROOM.exec(message) ?? [];
  if (shape === undefined) return message;
  return `${MEMORY_RAN_OUT}: there was no room for a tensor of [${shape.replaceAll(',', ', ')}]; a smaller batch or model needs less`;
}

/** Whether a run may have failed for want of memory, so that it is worth another try alone. */
export const isMemory = ({ problem, signal }: { problem: string; signal?: string }): boolean =>
  signal === 'SIGKILL' || signal === 'SIGABRT' || problem.startsWith(MEMORY_RAN_OUT);

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { deathText, FAILURES, type Failure, recordFailure } from '../experiments/failures';

/** Names the runs that the supervised process leaves out, as JSON; it is set in that process and nowhere else. */
const LEFT_OUT = 'PF_LEFT_OUT';

/** What the supervised process says when it begins a run. */
export interface RunBegins {
  readonly folder: string;
  readonly method: string;
  readonly seed: number;
}

/** How a process ends that crashed or was ended for want of memory; all else is an end that somebody wanted. */
const CRASHES = ['SIGKILL', 'SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE'];

/** Whether this process is the one that trains. */
export const isSupervised = (): boolean => process.env[LEFT_OUT] !== undefined;

/** The runs that this process must leave out: their process has died twice. */
export const leftOut = (): readonly Failure[] => JSON.parse(process.env[LEFT_OUT] ?? '[]') as Failure[];

/** Says which run begins. */
export const announce = (run: RunBegins): void => void process.send?.(run);

/**
 * Runs this program in a process of its own and ends as that one ends. Where it dies in the middle of a run, that is
 * recorded and it is started again: the run has a second chance from its last checkpoint, and the others go on.
 */
export async function supervise(): Promise<void> {
  const given: Failure[] = [];
  const dead = new Set<string>();
  for (;;) {
    const env = { ...process.env, [LEFT_OUT]: JSON.stringify(given) };
    const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      env,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    let run: RunBegins | undefined;
    child.on('message', (message: RunBegins) => {
      run = message;
    });
    const { code, signal } = await end(child);
    if (signal === null || !CRASHES.includes(signal) || run === undefined) {
      process.exitCode = code ?? 1;
      if (signal !== null) process.kill(process.pid, signal);
      return;
    }
    const { folder, method, seed } = run;
    const failure = recordFailure(join(folder, FAILURES), { method, seed, message: deathText(code, signal), signal });
    const key = JSON.stringify([method, seed]);
    const isSecond = dead.has(key);
    dead.add(key);
    if (isSecond) given.push(failure);
    const next = isSecond ? 'The others go on.' : 'It goes on from its last checkpoint.';
    process.stderr.write(`\n${method}, seed ${seed}: ${failure.message}. ${next}\n`);
  }
}

/** Waits for the end of a process and hands signals on to it meanwhile. */
function end(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const forward = (signal: NodeJS.Signals) => {
    // Ctrl-C on a terminal reaches the child by itself; a second copy would read as "at once".
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
  for (const name of signals) process.on(name, forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve({ code, signal });
    });
  });
}

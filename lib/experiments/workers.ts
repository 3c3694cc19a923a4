import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../backend/folder';
import { projectRoot } from '../data/paths';
import { deathText, FAILURES, type Failure, isMemory, recordFailure } from './failures';
import { explained, mendJsonLines } from './store-files';
import { type AnyPoint, type RowOf, type Study, type StudyPoint, type StudyRun, settingText, studyRuns } from './study';
import type { WorkerAnswer, WorkerProgress, WorkerTask } from './worker';

export interface WorkerOptions<Point extends AnyPoint = StudyPoint> {
  /** Where runs are kept, each in a folder of its own; what is finished there is not run again. */
  readonly folder: string;
  /** Processes at a time; default: one per core, and fewer where the memory that the first one needs is not free. */
  readonly workers?: number;
  /** Computes finished runs anew; old results are replaced when the new ones are there. */
  readonly again?: boolean;
  /** Called when a run has ended. */
  readonly onRun?: (run: StudyRun<Point>, rows: readonly RowOf<Point>[]) => void;
  /** Called now and then with the share of what is to be computed that is done, 0 … 1. */
  readonly onProgress?: (share: number) => void;
  /** Called where a run has failed, when that is recorded. */
  readonly onFailure?: (failure: Failure) => void;
  /** Called with what was decided, such as how many processes work. */
  readonly onNote?: (text: string) => void;
}

/** What the runs of a study have given. */
export interface StudyOutcome<Point extends AnyPoint = StudyPoint> {
  /** Rows of all runs that came to their end, in the order of the study. */
  readonly rows: readonly RowOf<Point>[];
  /** The others, each with its last failure. */
  readonly failures: readonly Failure[];
}

/** Share of the free memory that is left to everything else. */
const SPARE = 0.1;

/**
 * Runs a study in several processes, one thread each: for models of this size two runs side by side on one core each
 * end almost twice as early as one after the other on two cores, and the numbers do not depend on how many cores the
 * machine has.
 *
 * One process begins; when its first round has shown what memory a run needs, as many more follow as cores and free
 * memory allow. A run that fails is recorded in `failures.jsonl`, and the others go on. Where a run failed for want of memory, or
 * its process was ended as systems do then, one process fewer works from then on, and the run has a second chance alone at the end.
 */
export async function runInWorkers<Point extends AnyPoint = StudyPoint>(
  study: Study<Point>,
  options: WorkerOptions<Point>,
): Promise<StudyOutcome<Point>> {
  const { folder, again = false, onNote = () => undefined } = options;
  const runs = studyRuns(study);
  const rows: (readonly RowOf<Point>[])[] = runs.map(() => []);
  const failures = new Map<number, Failure>();
  const shares = runs.map(() => 0);
  const onlyRead = new Set<number>();
  const log = join(folder, FAILURES);
  explained(folder, () => {
    makeFolder(folder);
    mendJsonLines(log);
  });

  const waiting = [...runs.keys()];
  const alone: number[] = [];
  const lanes: Promise<void>[] = [];
  let working = 0;
  let need = 0;

  function progressed(i: number, share: number): void {
    shares[i] = share;
    const computed = shares.filter((_, run) => !onlyRead.has(run));
    options.onProgress?.(computed.reduce((sum, part) => sum + part, 0) / Math.max(1, computed.length));
  }
  function failed(i: number, message: string, signal: string | undefined): void {
    const { point, method, seed } = runs[i];
    const run = { setting: point.setting, method: point.as ?? method, seed, message, ...(signal && { signal }) };
    const failure = explained(folder, () => recordFailure(log, run));
    failures.set(i, failure);
    options.onFailure?.(failure);
  }
  /** Starts as many more processes as there is work, cores and memory for. */
  function startMore(): void {
    const most = Math.min(options.workers ?? availableParallelism(), working + waiting.length);
    const free = (process.availableMemory ?? freemem)() * (1 - SPARE);
    const fitting = options.workers ? most : working + Math.floor(free / need);
    const count = Math.max(working, Math.min(most, fitting));
    onNote(
      `${count} ${count === 1 ? 'process works' : 'processes work'}: ${availableParallelism()} cores, ` +
        `${gigabytes(need)} for each, ${gigabytes(free)} free${options.workers ? ', as asked for' : ''}.`,
    );
    while (working < count) lanes.push(lane(waiting));
  }
  function measured(memory: number): void {
    const isFirst = need === 0;
    need = Math.max(need, memory);
    if (isFirst) startMore();
  }
  /** One process after another (a new one where one has died) until nothing waits. */
  async function lane(queue: number[]): Promise<void> {
    working++;
    let worker = startWorker();
    try {
      for (let i = queue.shift(); i !== undefined; i = queue.shift()) {
        const { config } = runs[i].point;
        const task = { run: runs[i], folder: join(folder, folderOf(runs[i])), again };
        const answer = await ask(worker, task, ({ share, memory }) => {
          progressed(i!, share);
          if (share * ('rounds' in config ? config.rounds : config.epochs) >= 1) measured(memory);
        });
        if ('rows' in answer) {
          rows[i] = answer.rows as readonly RowOf<Point>[];
          failures.delete(i);
          if (!answer.computed) onlyRead.add(i);
          else measured(answer.memory);
          options.onRun?.(runs[i], rows[i]);
        } else {
          failed(i, answer.problem, answer.signal);
          if (queue === waiting && isMemory(answer)) alone.push(i);
        }
        progressed(i, 1);
        const lacksMemory = 'problem' in answer && isMemory(answer);
        if (lacksMemory) worker.kill(); // what it still holds is in the way of the others
        if (lacksMemory && working > 1) return;
        if (lacksMemory || worker.exitCode !== null || worker.signalCode !== null) worker = startWorker();
      }
    } finally {
      working--;
      worker.kill();
    }
  }

  lanes.push(lane(waiting));
  if (options.workers) while (working < Math.min(options.workers, runs.length)) lanes.push(lane(waiting));
  for (let i = 0; i < lanes.length; i++) await lanes[i]; // more are added meanwhile
  if (alone.length > 0) await lane(alone);
  return { rows: rows.flat(), failures: [...failures.values()] };
}

function startWorker(): ChildProcess {
  return fork(join(__dirname, 'worker.js'), {
    execArgv: ['--require', join(projectRoot(), 'tools', 'preload.cjs')],
    env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' },
  });
}

/** A worker's answer; a worker that dies answers with its death. */
function ask(
  worker: ChildProcess,
  task: WorkerTask,
  onProgress: (progress: WorkerProgress) => void,
): Promise<WorkerAnswer> {
  return new Promise((resolve) => {
    const ended = (answer: WorkerAnswer) => {
      worker.off('exit', died).off('message', heard);
      resolve(answer);
    };
    const died = (code: number | null, signal: NodeJS.Signals | null) =>
      ended({ problem: deathText(code, signal), ...(signal && { signal }) });
    const heard = (message: WorkerAnswer | WorkerProgress) => {
      if ('share' in message) onProgress(message);
      else ended(message);
    };
    worker.on('exit', died).on('message', heard);
    worker.send(task);
  });
}

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;

const folderOf = ({ point, method, seed }: StudyRun<AnyPoint>): string =>
  join(settingText(point.setting, '-'), `${point.as ?? method}-${seed}`);

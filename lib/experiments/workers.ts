import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../data/paths';
import { type Study, type StudyRow, type StudyRun, settingText, studyRuns } from './study';
import type { WorkerAnswer, WorkerTask } from './worker';

export interface WorkerOptions {
  /** Where runs are kept, each in a folder of its own; what is finished there is not run again. */
  readonly folder: string;
  /** Processes at a time; default: as many as there are cores. */
  readonly workers?: number;
  /** Called when a run has ended. */
  readonly onRun?: (run: StudyRun, rows: readonly StudyRow[]) => void;
}

/**
 * Runs a study in several processes, one thread each: for models of this size two runs side by side on one core each
 * end almost twice as early as one after the other on two cores, and the numbers do not depend on how many cores the
 * machine has. Returns all rows in the order of the study.
 *
 * @throws Error with the messages of the runs that failed, after all others have ended
 */
export async function runInWorkers(study: Study, options: WorkerOptions): Promise<StudyRow[]> {
  const runs = studyRuns(study);
  const rows: StudyRow[][] = runs.map(() => []);
  const problems: string[] = [];
  let next = 0;
  const work = async () => {
    const worker = startWorker();
    try {
      for (let i = next++; i < runs.length; i = next++) {
        const answer = await ask(worker, { run: runs[i], folder: join(options.folder, folderOf(runs[i])) });
        if ('problem' in answer) {
          problems.push(`${folderOf(runs[i])}: ${answer.problem}`);
          continue;
        }
        rows[i] = [...answer.rows];
        options.onRun?.(runs[i], rows[i]);
      }
    } finally {
      worker.kill();
    }
  };
  const count = Math.min(options.workers ?? availableParallelism(), runs.length);
  await Promise.all(Array.from({ length: count }, work));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return rows.flat();
}

function startWorker(): ChildProcess {
  return fork(join(__dirname, 'worker.js'), {
    execArgv: ['--require', join(projectRoot(), 'tools', 'preload.cjs')],
    env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' },
  });
}

/** A worker's answer; a worker that dies answers with its death. */
function ask(worker: ChildProcess, task: WorkerTask): Promise<WorkerAnswer> {
  return new Promise((resolve) => {
    const died = (code: number | null, signal: string | null) =>
      resolve({ problem: `its process ended with ${signal ?? `code ${code}`}` });
    worker.once('exit', died);
    worker.once('message', (answer: WorkerAnswer) => {
      worker.off('exit', died);
      resolve(answer);
    });
    if (worker.connected) worker.send(task);
    else died(worker.exitCode, worker.signalCode);
  });
}

const folderOf = ({ point, method, seed }: StudyRun): string =>
  join(settingText(point.setting, '-'), `${point.as ?? method}-${seed}`);

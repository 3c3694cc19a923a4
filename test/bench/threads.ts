import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Gives this process and what it starts so many threads. libtensorflow and OpenMP read variables when they start, so
 * this comes before they are loaded; where the system can, the processors are fixed too, for threads that ask nobody.
 */
export function limitThreads(threads: number): void {
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.OMP_NUM_THREADS = String(threads);
  const allowed = allowedProcessors();
  if (allowed.length <= threads) return;
  const list = allowed.slice(0, threads).join(',');
  try {
    execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', list, String(process.pid)], { stdio: 'ignore' });
  } catch {
    // The variables alone have to do.
  }
}

/** Numbers of the processors that this process may use; empty where the system does not say. */
function allowedProcessors(): number[] {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return numbersIn(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '');
  } catch {
    return [];
  }
}

/** `0-2,5` → 0, 1, 2, 5 */
export function numbersIn(list: string): number[] {
  return list.split(',').flatMap((part) => {
    if (part === '') return [];
    const ends = part.split('-').map(Number);
    const [first, last] = [ends[0], ends[ends.length - 1]];
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

import { availableParallelism } from 'node:os';
import path from 'node:path';
import { jupyterEnvironment } from '../setup/environment.mjs';
import { filesBelow } from '../setup/files.mjs';
import { inside, paths } from '../setup/paths.mjs';
import { duration } from '../setup/progress.mjs';
import { someAtATime } from './files.mjs';
import { capture } from './process.mjs';

/** The notebooks whose name contains one of the filters, in their order. */
export function notebookFiles(filters = []) {
  const all = filesBelow('notebooks', '.ipynb')
    .filter((file) => !file.includes('.ipynb_checkpoints'))
    .map((file) => path.relative('notebooks', file));
  return all.filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
}

/** Runs one notebook from top to bottom under the project's kernel; saves its outputs only when asked to. */
export async function runNotebook(file, { save = false, threads, timeoutMs = 600_000, say = console.log }) {
  const args = [inside('tools', 'notebooks', 'execute.py'), inside('notebooks', file)];
  args.push('--root', inside(), '--cell-timeout', String(Math.round(timeoutMs / 1000)));
  if (save) args.push('--save');
  const env = { ...jupyterEnvironment(), NO_COLOR: '1', PF_NOTEBOOK: save ? 'save' : 'check' };
  if (threads) env.TF_NUM_INTRAOP_THREADS ??= String(threads);
  const result = await capture(paths.python, args, { env, cwd: inside('notebooks'), timeoutMs });
  const failed = result.code !== 0;
  const took = duration(result.ms);
  const why = result.timedOut ? `ran past its time limit of ${duration(timeoutMs)}\n` : '';
  if (failed) say(`FAIL  notebooks/${file}  (${took})\n${why}${result.output.trimEnd().replace(/^/gm, '      ')}\n`);
  else say(`ok    notebooks/${file}  ${result.output.trim().split('\n').pop()}  (${took})`);
  return { passed: failed ? 0 : 1, failed: failed ? 1 : 0, skipped: 0 };
}

/**
 * Runs the notebooks: one after the other to save them; else as many at a time as there are cores (four at most), each
 * with one thread, which for models of this size takes little more than half the time.
 */
export async function runNotebooks({ filters, save = false, ...options }) {
  const files = notebookFiles(filters);
  const say = options.say ?? console.log;
  if (files.length === 0) {
    say(filters?.length > 0 ? `FAIL  no notebook is named like ${filters.join(' or ')}` : 'no notebook yet');
    return filters?.length > 0 ? [{ passed: 0, failed: 1, skipped: 0 }] : [];
  }
  const jobs = save ? 1 : Math.min(4, availableParallelism(), files.length);
  return someAtATime(files, jobs, (file) => runNotebook(file, { save, threads: jobs > 1 ? 1 : undefined, ...options }));
}

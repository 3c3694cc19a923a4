import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { paths, root } from './paths.mjs';
import { diagnose, Problem } from './problem.mjs';
import { forgetChild, noteChild, signalGroup } from './processes.mjs';

const TAIL = 20;

/**
 * Runs a command of a step. Its output goes to the step's log file; the last line is reported as progress. A failure
 * becomes a Problem with a known cause where the output names one.
 */
export function run(context, program, args, options = {}) {
  const log = path.join(paths.logs, `${context.step}.log`);
  fs.mkdirSync(paths.logs, { recursive: true });
  const stream = fs.createWriteStream(log, { flags: context.logStarted ? 'a' : 'w' });
  context.logStarted = true;
  stream.write(`$ ${[program, ...args].join(' ')}\n`);
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: { ...context.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: an interruption ends the command together with everything that it started.
      detached: true,
    });
    if (child.pid !== undefined) noteChild(child.pid);
    const interrupted = () => {
      signalGroup(child.pid, 'SIGTERM');
      setTimeout(() => signalGroup(child.pid, 'SIGKILL'), 1500).unref();
    };
    context.signal?.addEventListener('abort', interrupted, { once: true });
    const take = (chunk) => {
      stream.write(chunk);
      output = (output + chunk).slice(-200_000);
      const last = String(chunk)
        .trim()
        .split(/[\r\n]+/)
        .pop();
      if (last) context.progress(last);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => {
      stream.end();
      forgetChild();
      reject(error.code === 'ENOENT' ? new Problem(`The program ${program} was not found.`) : error);
    });
    child.on('close', (code, signal) => {
      context.signal?.removeEventListener('abort', interrupted);
      stream.end();
      forgetChild();
      if (context.signal?.aborted)
        return reject(new Problem('Interrupted. The same command goes on where this one stopped.'));
      if (code === 0) return resolve(output);
      const tail = output.trimEnd().split('\n').slice(-TAIL).join('\n');
      const message =
        diagnose(output) ?? options.problem ?? `${path.basename(program)} failed (${signal ?? `exit code ${code}`}).`;
      reject(new Problem(message, { log, tail: options.quiet ? undefined : tail }));
    });
  });
}

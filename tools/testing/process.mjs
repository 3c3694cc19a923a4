import { spawn } from 'node:child_process';

const running = new Set();

/** Ends everything that was started here; for the runner's own interruption. */
export function endAll() {
  for (const end of running) end();
}

/**
 * Runs a program to its end or to its time limit, after which it is ended with all that it started.
 * @returns {Promise<{output: string, code: number | null, signal: string | null, timedOut: boolean, ms: number}>}
 */
export function capture(program, args, { env, cwd, timeoutMs, onOutput }) {
  return new Promise((resolve, reject) => {
    const began = Date.now();
    let output = '';
    let timedOut = false;
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const end = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    };
    running.add(end);
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, timeoutMs);
    const take = (chunk) => {
      output += chunk;
      onOutput?.(String(chunk));
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', reject);
    child.on('exit', () => {
      // What a test left running would keep its pipes open, and the file would never count as ended.
      setTimeout(end, 1000).unref();
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      running.delete(end);
      resolve({ output, code, signal, timedOut, ms: Date.now() - began });
    });
  });
}

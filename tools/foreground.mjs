import { spawn } from 'node:child_process';

/** Runs a program in the terminal as if it had been called itself: its input, output, signals and exit code. */
export function runForeground(program, args, { env = process.env, cwd = process.cwd() } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd, stdio: 'inherit' });
    const forward = (signal) => {
      // Ctrl-C on a terminal reaches the child by itself; a second copy would read as "at once".
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
    for (const name of signals) process.on(name, forward);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      if (signal) process.kill(process.pid, signal);
      process.exitCode = code ?? 1;
      resolve(process.exitCode);
    });
  });
}

import { Worker } from 'node:worker_threads';

const EVERY_MILLISECONDS = 50;

/**
 * Ends this process as soon as the one that started it has ended, whatever it is computing: nobody reads its results
 * any more, and its folder is free for who goes on. What is on disk is whole at any moment.
 */
export function endWithParent(): void {
  const watch = `
    const parent = ${process.ppid};
    setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), ${EVERY_MILLISECONDS});`;
  new Worker(watch, { eval: true, execArgv: [] }).unref();
}

import { setUp } from './index.mjs';
import { nodeProblem } from './platform.mjs';
import { Problem } from './problem.mjs';

/** Shows a problem as one line (and the end of the log where there is one); anything else is a defect with its stack. */
export function report(error) {
  if (!(error instanceof Problem)) {
    process.stderr.write(`${error?.stack ?? error}\n`);
    return;
  }
  if (error.tail) process.stderr.write(`${error.tail.replace(/^/gm, '    ')}\n`);
  for (const line of error.message.split('\n')) process.stderr.write(`Set-up: ${line}\n`);
  if (error.log) process.stderr.write(`        The whole output: ${error.log}\n`);
}

/** Runs the set-up for a command; says what is wrong and returns false when it cannot be brought up to date. */
export async function setUpOrExplain() {
  const old = nodeProblem();
  if (old) {
    process.stderr.write(`Set-up: ${old}\n`);
    return false;
  }
  const stop = new AbortController();
  const abort = () => stop.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const name of signals) process.on(name, abort);
  try {
    await setUp({ signal: stop.signal });
    return !stop.signal.aborted;
  } catch (error) {
    report(error);
    return false;
  } finally {
    for (const name of signals) process.off(name, abort);
  }
}

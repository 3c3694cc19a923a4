import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { readJson, writeAtomic } from './files.mjs';
import { paths } from './paths.mjs';

/** Tells a process from a later one that was given the same number: its start time, as the system counts it. */
export function startOf(pid) {
  try {
    // The command's name stands in brackets and may itself contain spaces; the 20th field after it is the start time.
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    if (process.platform === 'linux') return undefined;
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** How a process is written down: number and start time. */
export const identity = (pid) => ({ pid, start: startOf(pid) });

/** Is this very process still running? */
export const isAlive = (who) => who?.start !== undefined && startOf(who.pid) === who.start;

/** Notes the running command, so that a set-up that was killed does not leave it at work behind the next one's back. */
export function noteChild(pid) {
  writeAtomic(paths.child, JSON.stringify(identity(pid)));
}

/** The command has ended. */
export function forgetChild() {
  fs.rmSync(paths.child, { force: true });
}

/** Sends a signal to a command and everything that it started. */
export function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Ends what a killed set-up left running. */
export function endOrphan(note = paths.child) {
  const child = readJson(note);
  if (isAlive(child)) signalGroup(child.pid, 'SIGKILL');
  fs.rmSync(note, { force: true });
}

import { join } from 'node:path';
import { FAILURES, type FailedRun } from '../experiments/failures';
import { StoreError } from '../experiments/store-files';
import { type Setting, settingText } from '../experiments/study';

/** A run by its names: `scenarioConflict 0.5, fedavg, seed 2`. */
export function runText({ setting, method, seed }: { setting?: Setting; method: string; seed: number }): string {
  const names = [settingText(setting ?? {}), method, `seed ${seed}`];
  return names.filter((part) => part !== 'all').join(', ');
}

export const failureText = (run: FailedRun): string => `${runText(run)}: ${run.message}`;

/** Names what failed, after everything else, and lets the program end with 1. */
export function tellFailures(folder: string, failures: readonly FailedRun[]): void {
  if (failures.length === 0) return;
  process.exitCode = 1;
  process.stderr.write(`\n${sentence(folder, failures)}\n`);
}

/** The error of a command that has nothing to show. */
export const allFailed = (folder: string, failures: readonly FailedRun[]): StoreError =>
  new StoreError(sentence(folder, failures));

function sentence(folder: string, failures: readonly FailedRun[]): string {
  const lines = failures.map((failure) => `  ${failureText(failure)}`);
  const count = failures.length === 1 ? 'A run' : `${failures.length} runs`;
  return (
    `${count} failed, as ${join(folder, FAILURES)} says; the same command tries again, from the last checkpoint:\n` +
    lines.join('\n')
  );
}

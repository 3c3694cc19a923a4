import { DataError, hint } from '../data/error';

/**
 * How much a client trains in one round: a number of steps, one for all or each scenario's own
 * (`{ steps: { NL: 10, US: 3 } }`, every scenario listed), or passes over its rows with an optional cap in steps.
 */
export type LocalWork =
  | { readonly steps: number | Readonly<Record<string, number>> }
  | { readonly passes: number; readonly cap?: number };

/**
 * Steps of a client in one round. A pooled client does the work of the clients that it stands for, so that all
 * methods see the same number of rows per round.
 *
 * @param scenarios those that the client holds, with their training rows
 */
export function stepsPerRound(
  work: LocalWork,
  scenarios: readonly { readonly name: string; readonly trainRows: number }[],
  batchSize: number,
): number {
  const steps = scenarios.map(({ name, trainRows }) => {
    if ('steps' in work) return typeof work.steps === 'number' ? work.steps : work.steps[name];
    const passes = Math.max(1, Math.round((work.passes * trainRows) / batchSize));
    return Math.min(passes, work.cap ?? Number.POSITIVE_INFINITY);
  });
  return steps.reduce((sum, count) => sum + count, 0);
}

/**
 * Checks that work given per scenario names every scenario of the data, and no other.
 * @throws DataError naming the scenario.
 */
export function requireWorkOfAll(work: LocalWork, scenarios: readonly string[]): void {
  if (!('steps' in work) || typeof work.steps === 'number') return;
  const unknown = Object.keys(work.steps).find((name) => !scenarios.includes(name));
  if (unknown !== undefined) {
    throw new DataError(`localWork.steps: there is no scenario "${unknown}"; ${hint(unknown, scenarios)}`);
  }
  for (const name of scenarios) {
    if (!Object.hasOwn(work.steps, name)) {
      throw new DataError(`localWork.steps: the scenario "${name}" is missing; list the steps of every scenario`);
    }
    const steps = work.steps[name];
    if (Number.isInteger(steps) && steps > 0) continue;
    throw new DataError(`localWork.steps: the scenario "${name}" has ${steps} steps, but needs a whole number from 1`);
  }
}

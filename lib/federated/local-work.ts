/** How much a client trains in one round: a number of steps, or passes over its rows with an optional cap in steps. */
export type LocalWork = { readonly steps: number } | { readonly passes: number; readonly cap?: number };

/**
 * Steps of a client in one round. A pooled client does the work of the clients that it stands for, so that all
 * methods see the same number of rows per round.
 *
 * @param rows training rows of each scenario that the client holds
 */
export function stepsPerRound(work: LocalWork, rows: readonly number[], batchSize: number): number {
  const steps = rows.map((count) => {
    if ('steps' in work) return work.steps;
    return Math.min(Math.max(1, Math.round((work.passes * count) / batchSize)), work.cap ?? Number.POSITIVE_INFINITY);
  });
  return steps.reduce((sum, count) => sum + count, 0);
}

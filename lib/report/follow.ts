import type { ResultLine, RoundRecord } from '../experiments/types';

/**
 * Runs an experiment to its end and gives back all it yielded and returned. After each round `onRounds` gets the
 * rounds so far, for a figure that is drawn live.
 *
 * @example
 * const live = liveFigure();
 * const { rounds, results } = await followRun(runExperiment(config, dataset), (soFar) => live.update(aucByRound(soFar)));
 */
export async function followRun(
  run: AsyncGenerator<RoundRecord, ResultLine[], undefined>,
  onRounds: (rounds: readonly RoundRecord[]) => void = () => undefined,
): Promise<{ readonly rounds: readonly RoundRecord[]; readonly results: readonly ResultLine[] }> {
  const rounds: RoundRecord[] = [];
  for (;;) {
    const step = await run.next();
    if (step.done) return { rounds, results: step.value };
    rounds.push(step.value);
    onRounds(rounds);
  }
}

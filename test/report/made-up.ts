import type { ReferenceScores, ResultLine, RoundRecord, Score } from '../../lib';

export const METHODS = ['local', 'fedavg', 'fedbn', 'central'];
export const SEEDS = [1, 2, 3];
export const SCENARIOS = ['NL', 'ES', 'FR', 'US'];
export const TASKS = ['click', 'conversion'];

/** A plausible AUC that depends on nothing but its arguments. */
function madeUpAuc(method: number, seed: number, scenario: number, task: number, round: number): number {
  const level = 0.7 + 0.008 * method + 0.012 * scenario + 0.05 * task;
  const wobble = Math.sin(12.9 * method + 78.2 * seed + 37.7 * scenario + 9.1 * task + 3.3 * round) * 0.004;
  return level - 0.16 * Math.exp(-round / (2 + 0.5 * method)) + wobble;
}

function scores(method: number, seed: number, round: number): Score[] {
  return SCENARIOS.flatMap((scenario, s) =>
    TASKS.map((task, t) => ({
      scenario,
      task,
      auc: madeUpAuc(method, seed, s, t, round),
      logLoss: 0.2 - 0.1 * t,
      rows: 4000 * (s + 1),
      positives: 200 * (s + 1),
    })),
  );
}

/** Rounds of four methods, three seeds, four scenarios and two tasks. */
export function madeUpRounds(rounds = 10): RoundRecord[] {
  return METHODS.flatMap((method, m) =>
    SEEDS.flatMap((seed) =>
      Array.from({ length: rounds }, (_unused, index): RoundRecord => {
        const round = index + 1;
        const validation = scores(m, seed, round);
        const macroOf = (task: string) => {
          const own = validation.filter((score) => score.task === task);
          return own.reduce((sum, score) => sum + score.auc!, 0) / own.length;
        };
        const macro = Object.fromEntries(TASKS.map((task) => [task, macroOf(task)]));
        const shared = m === 1 || m === 2 ? 1 : 0;
        return {
          method,
          seed,
          round,
          clients: (method === 'central' ? ['all'] : SCENARIOS).map((client, c) => ({
            client,
            steps: 50,
            loss: 0.18 + 0.2 * Math.exp(-round / 3) + 0.01 * c - 0.004 * m + 0.003 * Math.sin(seed * 7 + round * 3),
          })),
          validation,
          macro: { ...macro, mean: (macro.click + macro.conversion) / 2 },
          bytes: { up: shared * (m === 1 ? 2_600_000 : 2_450_000), down: shared * (m === 1 ? 2_600_000 : 2_450_000) },
          seconds: { local: 1.4, aggregate: 0.02, evaluate: 0.3 },
          diagnostics: {},
        };
      }),
    ),
  );
}

/** Final figures that belong to `madeUpRounds`. */
export function madeUpResults(): ResultLine[] {
  return METHODS.flatMap((method, m) =>
    SEEDS.flatMap((seed) =>
      scores(m, seed, 11).map((score) => ({
        ...score,
        method,
        seed,
        split: 'test' as const,
        selection: 'common' as const,
        round: 9,
        bytes: m === 1 ? 52_000_000 : m === 2 ? 49_000_000 : 0,
        seconds: 17 + m,
      })),
    ),
  );
}

/** A floor for one task and a ceiling for both. */
export const REFERENCES: readonly ReferenceScores[] = [
  {
    name: 'boosted trees',
    kind: 'floor',
    values: { NL: { click: 0.702 }, ES: { click: 0.711 }, FR: { click: 0.718 }, US: { click: 0.731 } },
  },
  {
    name: 'Bayes',
    kind: 'ceiling',
    values: Object.fromEntries(
      SCENARIOS.map((name, s) => [name, { click: 0.752 + 0.012 * s, conversion: 0.802 + 0.012 * s }]),
    ),
  },
];

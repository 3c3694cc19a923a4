import { mean } from '../../federated/evaluate';
import { type AnyRow, figureOf, questionOf } from '../compared';
import type { Setting } from '../study';
import { settingText } from '../study';

/** How a candidate of a method did on validation rows. */
export interface CandidateScore {
  readonly method: string;
  /** Its settings, without the rounds. */
  readonly setting: Setting;
  /** Rounds, or most epochs, of its runs: the stage of the search. */
  readonly rounds: number;
  readonly seeds: number;
  /** AUC per task, mean over scenarios and seeds; of a ranking, the metric that chooses. */
  readonly perTask: Readonly<Record<string, number | null>>;
  /** Mean over tasks: what chooses. */
  readonly score: number;
}

/**
 * Scores of all candidates of a search, stage by stage.
 *
 * @throws Error where a row is not one of the validation split: nothing may be chosen by test
 */
export function candidateScores(rows: readonly AnyRow[]): CandidateScore[] {
  const foreign = rows.find(({ split }) => split !== 'validation');
  if (foreign) {
    throw new Error(
      `A search chooses by validation rows alone, and this row of ${foreign.method} is of the ${foreign.split} split.`,
    );
  }
  const groups = new Map<string, AnyRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.method, row.setting]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((own) => {
    const [{ method, setting: all }] = own;
    const { rounds, epochs, ...setting } = all;
    const tasks = [...new Set(own.map(questionOf))];
    const perTask = Object.fromEntries(
      tasks.map((task) => [task, mean(own.filter((row) => questionOf(row) === task).map(figureOf))]),
    );
    const seeds = new Set(own.map(({ seed }) => seed)).size;
    return {
      method,
      setting,
      rounds: Number(rounds ?? epochs),
      seeds,
      perTask,
      score: mean(Object.values(perTask)) ?? 0,
    };
  });
}

/** The best candidates of a method at a stage, the best one first; of equals the earlier one. */
export function bestCandidates(
  scores: readonly CandidateScore[],
  method: string,
  rounds: number,
  count: number,
): readonly CandidateScore[] {
  return scores
    .filter((one) => one.method === method && one.rounds === rounds)
    .sort((one, other) => other.score - one.score)
    .slice(0, count);
}

/** What became of a candidate: `goes on` to the next stage, `dropped`, or `chosen` in the last one. */
export function fateOf(one: CandidateScore, all: readonly CandidateScore[]): 'goes on' | 'dropped' | 'chosen' {
  const own = all.filter(({ method }) => method === one.method);
  const last = Math.max(...own.map(({ rounds }) => rounds));
  if (one.rounds === last) return bestCandidates(own, one.method, last, 1)[0] === one ? 'chosen' : 'dropped';
  const later = own.some(
    ({ rounds, setting }) => rounds > one.rounds && settingText(setting) === settingText(one.setting),
  );
  return later ? 'goes on' : 'dropped';
}

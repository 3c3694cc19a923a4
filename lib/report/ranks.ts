import type { ResultLine } from '../experiments/types';
import { type FriedmanTest, friedman } from '../statistics';

/** What ranks are made of: result lines of one split and selection, or rows of a study at one setting. */
export type RankedLine = Pick<ResultLine, 'method' | 'scenario' | 'task' | 'seed' | 'auc'>;

/** How methods rank over scenarios and tasks. */
export interface MethodRanks extends FriedmanTest {
  /** In the order of `meanRanks`. */
  readonly methods: readonly string[];
}

/**
 * Ranks methods by AUC in every scenario and task (mean over seeds) and tests whether they differ over these blocks.
 * Blocks that some method has no AUC for are left out. `null` with fewer than three methods or two blocks.
 *
 * Scenarios of one data set are not independent samples of all data sets: the test speaks of these scenarios.
 */
export function methodRanks(lines: readonly RankedLine[]): MethodRanks | null {
  const methods = [...new Set(lines.map(({ method }) => method))];
  const blocks = new Map<string, Map<string, number[]>>();
  for (const { method, scenario, task, auc } of lines) {
    if (auc === null) continue;
    const key = JSON.stringify([scenario, task]);
    const block = blocks.get(key) ?? new Map<string, number[]>();
    blocks.set(key, block.set(method, [...(block.get(method) ?? []), auc]));
  }
  const whole = [...blocks.values()].filter((block) => block.size === methods.length);
  const means = whole.map((block) =>
    methods.map((method) => {
      const aucs = block.get(method)!;
      return aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length;
    }),
  );
  const test = friedman(means);
  return test && { methods, ...test };
}

/** A table for `showRows`: methods by mean rank, and which of them cannot be told from the first (Nemenyi). */
export function rankTable(ranks: MethodRanks) {
  const best = Math.min(...ranks.meanRanks);
  return ranks.methods
    .map((method, i) => ({
      method,
      'mean rank': ranks.meanRanks[i].toFixed(2),
      'from the first': `+${(ranks.meanRanks[i] - best).toFixed(2)}`,
      'told from the first': ranks.meanRanks[i] - best > ranks.criticalDifference ? 'yes' : 'no',
    }))
    .sort((a, b) => Number(a['mean rank']) - Number(b['mean rank']));
}

/** What the test of ranks says, in one sentence. */
export function rankSentence({ methods, blocks, fPValue, criticalDifference }: MethodRanks): string {
  const p = fPValue < 0.0001 ? 'p < .0001' : `p = ${fPValue.toFixed(4).replace(/^0/, '')}`;
  return (
    `Ranks of ${methods.length} methods over ${blocks} blocks (scenario and task, mean over seeds): ` +
    `Friedman with Iman and Davenport's F, ${p}; mean ranks closer than ${criticalDifference.toFixed(2)} ` +
    `cannot be told apart (Nemenyi, level .05).`
  );
}

import { adamDefaults } from '../../backend/operations/adam';
import { choiceFor, choiceProblem } from '../../multitask/choice';
import { type CombinationChoice, combinations } from '../../multitask/combinations';
import type { PmtrecOptions } from '../../multitask/pmtrec';
import { auxiliaryTasks, MAIN_TASK, tasksOfData } from '../../ranking/tasks';
import type { RankingOptions } from '../../ranking/training';
import type { RankingDataset } from '../../ranking/types';
import { ConfigError, requireKnown } from '../config';
import { rankingConfigProblem } from './validate-config';

/** Everything that decides the numbers of an experiment on a ranking data set. */
export interface RankingConfig extends Omit<RankingOptions, 'auxiliary'> {
  readonly name: string;
  /** `bpr`, ways to combine task gradients, and names of `variants`. */
  readonly methods: readonly string[];
  readonly seeds: readonly number[];
  /** Decides the split of the data. */
  readonly dataSeed: number;
  /** Tasks beside the main one; default: those of the paper for its data sets, `social` for Last.fm, else all that the data have something for. */
  readonly auxiliary?: RankingOptions['auxiliary'];
  /** Options of PMTRec, for `pmtrec` and for variants of it. */
  readonly pmtrec: Partial<PmtrecOptions>;
  /** Ways to combine with options, by a name of your own: `{ "no-focus": { "method": "pmtrec", "alpha": 1 } }`. */
  readonly variants: Readonly<Record<string, CombinationChoice>>;
}

/** A configuration that names only what differs from the defaults. */
export type RankingOverrides = Partial<Omit<RankingConfig, 'optimizer'>> & {
  readonly optimizer?: Partial<RankingConfig['optimizer']>;
};

export const rankingConfigDefaults: RankingConfig = {
  name: 'ranking',
  methods: [MAIN_TASK, 'ew', 'rlw', 'pmtrec'],
  seeds: [1],
  dataSeed: 1,
  encoder: 'mf',
  embedding: 32,
  layers: 3,
  batch: 2048,
  epochs: 200,
  patience: 10,
  optimizer: { ...adamDefaults, learningRate: 5e-3 },
  auxiliary: undefined,
  pmtrec: {},
  variants: {},
};

/**
 * Lays overrides over each other and over the defaults, the later ones above.
 *
 * @param source where the last overrides come from, for error messages
 * @throws ConfigError with the option and what it can be
 */
export function makeRankingConfig(layers: readonly RankingOverrides[], source = 'configuration'): RankingConfig {
  let config = rankingConfigDefaults;
  for (const layer of layers) {
    const problem = rankingConfigProblem(layer, rankingConfigDefaults);
    if (problem) throw new ConfigError(`${source}: ${problem}`);
    const given = Object.fromEntries(Object.entries(layer).filter(([, value]) => value !== undefined));
    config = {
      ...config,
      ...given,
      optimizer: { ...config.optimizer, ...layer.optimizer },
      pmtrec: { ...config.pmtrec, ...layer.pmtrec },
      variants: { ...config.variants, ...layer.variants },
    };
  }
  const known = [MAIN_TASK, ...Object.keys(combinations), ...Object.keys(config.variants)];
  for (const name of Object.keys(config.variants)) {
    if (name !== MAIN_TASK && !Object.hasOwn(combinations, name)) continue;
    throw new ConfigError(`${source}: the variant "${name}" has the name of a built-in method; give it another one.`);
  }
  for (const method of config.methods) {
    requireKnown('method', method, known);
    const choice = combinationOf(config, method);
    const problem = choice && choiceProblem(choice);
    if (problem) throw new ConfigError(`${source}: ${problem}`);
  }
  return config;
}

/** How a method combines the tasks' gradients; nothing for the main task alone. */
export function combinationOf({ pmtrec, variants }: RankingConfig, method: string): CombinationChoice | undefined {
  if (method === MAIN_TASK) return undefined;
  const choice = Object.hasOwn(variants, method) ? variants[method] : ({ method } as CombinationChoice);
  return choice.method === 'pmtrec' ? { ...pmtrec, ...choice } : choice;
}

/**
 * The auxiliary tasks of an experiment on a data set.
 * @throws ConfigError naming what the data set lacks for a task, or that there is none beside the main one
 * @throws CombinationError where a method names a main task that is not trained
 */
export function auxiliaryOf(config: RankingConfig, dataset: RankingDataset): RankingOptions['auxiliary'] {
  const chosen = config.auxiliary ?? USUAL_TASKS[dataset.name] ?? tasksOfData(dataset);
  for (const name of chosen) {
    const missing = auxiliaryTasks[name].missing(dataset);
    if (missing === undefined) continue;
    const able = [...tasksOfData(dataset), 'direct-au'].join(', ');
    throw new ConfigError(`The task "${name}" cannot be trained: ${dataset.name} ${missing}. Possible here: ${able}.`);
  }
  if (chosen.length === 0 && config.methods.some((method) => method !== MAIN_TASK)) {
    throw new ConfigError(
      `${dataset.name} has nothing for an auxiliary task: name one with --auxiliary direct-au, or train --methods bpr.`,
    );
  }
  for (const method of chosen.length > 0 ? config.methods : []) {
    const combination = combinationOf(config, method);
    if (combination) choiceFor(combination, [MAIN_TASK, ...chosen]);
  }
  return chosen;
}

/** The two tasks of each data set of the paper; on Last.fm, whose values are counts of listens, the links alone [choice]. */
const USUAL_TASKS: Readonly<Record<string, RankingOptions['auxiliary']>> = {
  'lastfm-2k': ['social'],
  epinions: ['social', 'category'],
  'amazon-video-games': ['co-view', 'co-buy'],
  'amazon-office': ['direct-au', 'rating'],
};

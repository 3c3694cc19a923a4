import { readFileSync } from 'node:fs';
import { closest } from 'fastest-levenshtein';
import type { AdamOptions } from '../backend/operations/adam';
import { adamDefaults } from '../backend/operations/adam';
import type { DiagnosticsLevel } from '../federated/diagnostics/types';
import type { LocalWork } from '../federated/local-work';
import { methods } from '../federated/methods';
import { type PfMsmtrecOptions, pfMsmtrecDefaults } from '../federated/pf-msmtrec';
import { type PlanOptions, planDefaults } from '../federated/plan';
import type { SelectionKind } from '../federated/selection';
import { type MmoeSizes, mmoeSizes } from '../models/mmoe';
import type { CombinationChoice } from '../multitask/combinations';
import { configProblem } from './validate-config';

/** Everything that decides the numbers of an experiment, beside the data. */
export interface ExperimentConfig extends PlanOptions {
  /** Names the results folder and the report. */
  readonly name: string;
  readonly methods: readonly string[];
  readonly seeds: readonly number[];
  readonly rounds: number;
  readonly localWork: LocalWork;
  /** Rows of a training batch. */
  readonly batch: number;
  /** Share of the clients that take part in a round. */
  readonly participation: number;
  readonly model: MmoeSizes;
  readonly optimizer: AdamOptions;
  /** How the gradients of a client's tasks become one, in all methods; default: by the gradient of the mean loss. */
  readonly combine?: CombinationChoice;
  /** Which kind of selection tables show; result files hold both. */
  readonly selection: SelectionKind;
  /** How much the rounds' records say beside scores; decides no number. */
  readonly diagnostics: DiagnosticsLevel;
  readonly pfMsmtrec: PfMsmtrecOptions;
}

/** The same with every entry optional, at every depth. */
type Part<T> = { readonly [K in keyof T]?: T[K] extends number | string | boolean ? T[K] : Part<T[K]> };

/** A configuration that names only what differs from the defaults. */
export type ConfigOverrides = Partial<Omit<ExperimentConfig, 'model' | 'optimizer' | 'pfMsmtrec'>> & {
  readonly model?: Partial<MmoeSizes>;
  readonly optimizer?: Partial<AdamOptions>;
  readonly pfMsmtrec?: Part<PfMsmtrecOptions>;
};

/** A wrong configuration, in one sentence that says where and what to do. */
export class ConfigError extends Error {}

export const configDefaults: ExperimentConfig = {
  name: 'experiment',
  methods: ['local', 'fedavg', 'fedbn', 'pf-msmtrec', 'central'],
  seeds: [1],
  rounds: 8,
  localWork: { passes: 1 },
  batch: 512,
  participation: 1,
  model: { ...mmoeSizes.small, experts: 4 },
  optimizer: adamDefaults,
  combine: undefined,
  selection: 'per-client',
  diagnostics: 'full',
  pfMsmtrec: pfMsmtrecDefaults,
  ...planDefaults,
};

/**
 * Lays overrides over each other and over the defaults, the later ones above.
 *
 * @param source where the last overrides come from, for error messages
 * @throws ConfigError with the option and what it can be
 */
export function makeConfig(layers: readonly ConfigOverrides[], source = 'configuration'): ExperimentConfig {
  let config = configDefaults;
  for (const layer of layers) {
    const problem = configProblem(layer, configDefaults);
    if (problem) throw new ConfigError(`${source}: ${problem}`);
    config = laidOver(config, layer) as ExperimentConfig;
  }
  for (const method of config.methods) requireKnown('method', method, Object.keys(methods));
  return config;
}

/** Reads overrides from a JSON file. */
export function readConfig(file: string): ConfigOverrides {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError(`There is no configuration file ${file}.`);
  }
  try {
    return JSON.parse(text) as ConfigOverrides;
  } catch (error) {
    throw new ConfigError(`${file} is not JSON: ${(error as Error).message}.`);
  }
}

/** What has other entries with every choice. */
const WHOLE = ['localWork', 'combine'];

/** The entries of `above` over those of `below`: objects entry by entry, lists and what stands in {@link WHOLE} as a whole. */
export function laidOver(below: unknown, above: unknown, name = ''): unknown {
  if (above === undefined) return below;
  if (!isObject(below) || !isObject(above) || WHOLE.includes(name)) return above;
  const names = [...new Set([...Object.keys(below), ...Object.keys(above)])];
  return Object.fromEntries(names.map((entry) => [entry, laidOver(below[entry], above[entry], entry)]));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Throws a ConfigError with the nearest valid name where `name` is not one of `known`. */
export function requireKnown(kind: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw new ConfigError(
    `There is no ${kind} "${name}"; did you mean "${closest(name, [...known])}"? Known: ${known.join(', ')}.`,
  );
}

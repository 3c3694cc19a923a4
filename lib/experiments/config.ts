import { readFileSync } from 'node:fs';
import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import type { AdamOptions } from '../backend/operations/adam';
import { adamDefaults } from '../backend/operations/adam';
import type { LocalWork } from '../federated/local-work';
import { methods } from '../federated/methods';
import { type PlanOptions, planDefaults } from '../federated/plan';
import type { SelectionKind } from '../federated/selection';
import { type MmoeSizes, mmoeSizes } from '../models/mmoe';

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
  readonly model: MmoeSizes;
  readonly optimizer: AdamOptions;
  /** Which kind of selection tables show; result files hold both. */
  readonly selection: SelectionKind;
}

/** A configuration that names only what differs from the defaults. */
export type ConfigOverrides = Partial<Omit<ExperimentConfig, 'model' | 'optimizer'>> & {
  readonly model?: Partial<MmoeSizes>;
  readonly optimizer?: Partial<AdamOptions>;
};

/** A wrong configuration, in one sentence that says where and what to do. */
export class ConfigError extends Error {}

export const configDefaults: ExperimentConfig = {
  name: 'experiment',
  methods: ['local', 'fedavg', 'fedbn', 'central'],
  seeds: [1],
  rounds: 8,
  localWork: { passes: 1 },
  batch: 512,
  model: { ...mmoeSizes.small, experts: 4 },
  optimizer: adamDefaults,
  selection: 'per-client',
  ...planDefaults,
};

const count = z.number().int().positive();
const share = z.number().min(0).lt(1);
const work = z.union([
  z.strictObject({ steps: count }),
  z.strictObject({ passes: z.number().positive(), cap: count.optional() }),
]);
const model = z.strictObject({
  embedding: count,
  experts: count,
  expertLayers: z.array(count).min(1),
  towerLayers: z.array(count),
  dropout: share,
});
const optimizer = z.strictObject({
  learningRate: z.number().positive(),
  beta1: share,
  beta2: share,
  epsilon: z.number().positive(),
  weightDecay: z.number().min(0),
});
const overrides = z.strictObject({
  name: z.string().regex(/^[\w.-]+$/, 'may hold letters, digits, ".", "_" and "-"'),
  methods: z.array(z.string()).min(1),
  seeds: z.array(z.number().int().min(0)).min(1),
  rounds: count,
  localWork: work,
  batch: z.number().int().min(2, 'must be at least 2: batch normalisation needs two rows'),
  model: model.partial(),
  optimizer: optimizer.partial(),
  selection: z.enum(['common', 'per-client']),
  embeddings: z.enum(['touched-mean', 'touched-sqrt', 'average', 'local']),
  weights: z.enum(['rows', 'equal']),
});

/**
 * Lays overrides over each other and over the defaults, the later ones above.
 *
 * @param source where the last overrides come from, for error messages
 * @throws ConfigError with the option and what it can be
 */
export function makeConfig(layers: readonly ConfigOverrides[], source = 'configuration'): ExperimentConfig {
  let config = configDefaults;
  for (const layer of layers) {
    const checked = overrides.partial().safeParse(layer);
    if (!checked.success) throw new ConfigError(`${source}: ${explain(checked.error)}`);
    config = {
      ...config,
      ...layer,
      model: { ...config.model, ...layer.model },
      optimizer: { ...config.optimizer, ...layer.optimizer },
    };
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

/** Throws a ConfigError with the nearest valid name where `name` is not one of `known`. */
export function requireKnown(kind: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw new ConfigError(
    `There is no ${kind} "${name}"; did you mean "${closest(name, [...known])}"? Known: ${known.join(', ')}.`,
  );
}

function explain(error: z.ZodError): string {
  const [issue] = error.issues;
  const where = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(
      issue.path[0] === 'model' ? model.shape : issue.path[0] === 'optimizer' ? optimizer.shape : overrides.shape,
    );
    const [unknown] = issue.keys;
    return `there is no option "${[where, unknown].filter(Boolean).join('.')}"; did you mean "${closest(unknown, known)}"?`;
  }
  return `option "${where}" is wrong: ${issue.message}.`;
}

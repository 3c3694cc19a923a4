import { average, type ClientWeights } from './average';
import { averageRows, type RowRule } from './average-rows';
import type { Rule } from './rule';

/** What is done with a parameter group: a rule, or `null` for "stays on the client". */
export type Sharing = Rule | null;

/** A federated method: a table from parameter group to rule. */
export interface SharingPlan {
  readonly name: string;
  /** One sentence for tables and notebooks. */
  readonly about: string;
  /** Rules by parameter group. */
  readonly groups: Readonly<Record<string, Sharing>>;
  /** The rule of groups that are not named. */
  readonly otherwise: Sharing;
  /** One model over the rows of all scenarios, with the scenario as one more field. Default false. */
  readonly pooled?: boolean;
}

/** The rule for a group. */
export function sharingOf(plan: SharingPlan, group: string): Sharing {
  return group in plan.groups ? plan.groups[group] : plan.otherwise;
}

/** What all methods of one table have in common, so that only the plan differs. */
export interface PlanOptions {
  /** Row rule of the embedding tables; `average` treats them like any other tensor, `local` keeps them at home. */
  readonly embeddings: RowRule | 'average' | 'local';
  readonly weights: ClientWeights;
}

export const planDefaults: PlanOptions = { embeddings: 'touched-sqrt', weights: 'rows' };

function embeddingRule({ embeddings, weights }: PlanOptions): Sharing {
  if (embeddings === 'local') return null;
  return embeddings === 'average' ? average(weights) : averageRows(embeddings);
}

/** The methods by name. Each is a function of the options that a table's methods share. */
export const methods: Readonly<Record<string, (options: PlanOptions) => SharingPlan>> = {
  local: () => ({
    name: 'local',
    about: 'Every scenario trains alone; nothing is sent.',
    groups: {},
    otherwise: null,
  }),

  fedavg: (options) => ({
    name: 'fedavg',
    about: 'Everything is averaged, batch normalisation and its statistics included (McMahan et al. 2017).',
    groups: { embedding: embeddingRule(options) },
    otherwise: average(options.weights),
  }),

  fedbn: (options) => ({
    name: 'fedbn',
    about: 'Everything is averaged but batch normalisation, which stays local (Li et al. 2021).',
    groups: { embedding: embeddingRule(options), norm: null },
    otherwise: average(options.weights),
  }),

  central: () => ({
    name: 'central',
    about: 'No federation: one model over the rows of all scenarios, with the scenario as a field.',
    groups: {},
    otherwise: null,
    pooled: true,
  }),
};

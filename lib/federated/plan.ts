import type { Template } from '../models/template';
import type { Phase } from './phase';
import { average, type ClientWeights } from './rules/average';
import { averageRows, type RowRule } from './rules/average-rows';
import type { Rule } from './rules/rule';

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
  /** How expert weights are made of parts; default: plain weights. */
  readonly template?: Template;
  /** λ of the term (λ/2) Σ ‖p − received p‖² over the shared dense parameters in the local loss; default 0. */
  readonly alignment?: number;
  /** The parts of a round, in order; default: one in which everything is trained, then shared. */
  readonly phases?: readonly Phase[];
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

/** The rule of embedding tables that all methods of a table share. */
export function embeddingRule({ embeddings, weights }: PlanOptions): Sharing {
  if (embeddings === 'local') return null;
  return embeddings === 'average' ? average(weights) : averageRows(embeddings);
}

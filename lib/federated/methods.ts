import { ablations, type PfMsmtrecOptions, pfMsmtrec, pfMsmtrecDefaults } from './pf-msmtrec';
import { embeddingRule, type PlanOptions, type SharingPlan } from './plan';
import { average } from './rules/average';

/** What methods are made from: options that all share, and those of PF-MSMTrec. */
export interface MethodOptions extends PlanOptions {
  readonly pfMsmtrec?: PfMsmtrecOptions;
}

const baselines: Record<string, (options: MethodOptions) => SharingPlan> = {
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

const ownMethods = Object.entries({ 'pf-msmtrec': pfMsmtrec, ...ablations }).map(([name, plan]) => [
  name,
  (options: MethodOptions) => plan(options, options.pfMsmtrec ?? pfMsmtrecDefaults),
]);

/** The methods by name. Each is a function of the options that a table's methods share. */
export const methods: Readonly<Record<string, (options: MethodOptions) => SharingPlan>> = {
  ...baselines,
  ...Object.fromEntries(ownMethods),
};

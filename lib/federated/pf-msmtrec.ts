import type { Template } from '../models/template';
import { embeddingRule, type PlanOptions, type Sharing, type SharingPlan } from './plan';
import { type AttendOptions, attend, attendDefaults } from './rules/attend';
import { average } from './rules/average';
import { type CoordinateOptions, coordinate, coordinateDefaults } from './rules/coordinate';
import { rateDefaults } from './rules/own-rate';

/** Settings of PF-MSMTrec beside those that all methods of a table share. */
export interface PfMsmtrecOptions {
  readonly template: Template;
  /** Conflict coordination and personalised aggregation of the experts' scenario part. */
  readonly experts: CoordinateOptions;
  readonly towers: AttendOptions;
  /** Whether gates and the projection of numbers stay on the client or are averaged. */
  readonly gates: 'local' | 'average';
  readonly projection: 'local' | 'average';
  /** λ of the pull of aggregated parameters towards what was received. */
  readonly alignment: number;
}

/** The rule of a group that an option leaves at home or has averaged. */
const homeOrAverage = (option: 'local' | 'average', { weights }: PlanOptions): Sharing =>
  option === 'local' ? null : average(weights);

/**
 * Rates start at 1 [choice]: at the sibling's .1 clients are nearly alone for as many rounds as recommendation data
 * are worth training.
 */
const rates = { ...rateDefaults, initial: 1 };

/**
 * What a client takes is the movement of the others, by their rows [choice]. In the sibling's sum a client's own
 * movement counts twice, so its rate follows its own persistence and runs to 1 even where the others hurt it; and with
 * equal votes a client of few rows hardly hears of the one that has most of them.
 */
const share = { personalisation: 'others', weights: 'rows', rates } as const;

/**
 * The defaults: what validation preferred on KuaiRand and on `synthetic` with and without conflict [choice]. The
 * template is W = G + S + A Bᵀ; the product G ⊙ S was behind it where scenarios disagree, since the mean of G then
 * scales everybody's S.
 */
export const pfMsmtrecDefaults: PfMsmtrecOptions = {
  template: { scenario: 'additive', task: 'low-rank', rank: 4 },
  experts: { ...coordinateDefaults, ...share },
  towers: { ...attendDefaults, ...share },
  gates: 'average',
  projection: 'average',
  alignment: 1e-3,
};

/**
 * PF-MSMTrec (Ding et al., arXiv 2406.18938) as a sharing plan.
 *
 * | group | what happens | evidence |
 * |---|---|---|
 * | `expert.global` G | weighted mean | digest; rule: choice |
 * | `expert.scenario` S (or `expert`, without template) | conflict coordination, then personalised aggregation | paper; formulas: sibling FedHCA2 |
 * | `expert.task` T | stays | paper |
 * | `norm` | stays | paper: FedBN |
 * | `tower` | attention over the clients' towers, personalised | paper; formulas: sibling |
 * | `gate`, `projection` | weighted mean, or stay | choice: validation was better with the mean on `synthetic` and KuaiRand |
 * | `embedding` | the row rule of the table | choice |
 *
 * The loss has an alignment term [digest that there is one; form: choice].
 */
export function pfMsmtrec(shared: PlanOptions, options: PfMsmtrecOptions = pfMsmtrecDefaults): SharingPlan {
  const experts = coordinate(options.experts);
  return {
    name: 'pf-msmtrec',
    about: 'Experts in parts: conflict coordination and personalised aggregation of the scenario part, then of towers.',
    template: options.template,
    alignment: options.alignment,
    groups: {
      embedding: embeddingRule(shared),
      projection: homeOrAverage(options.projection, shared),
      gate: homeOrAverage(options.gates, shared),
      norm: null,
      expert: experts,
      'expert.global': average(shared.weights),
      'expert.scenario': experts,
      'expert.task': null,
      tower: attend(options.towers),
    },
    otherwise: null,
  };
}

type Ablation = (shared: PlanOptions, options: PfMsmtrecOptions) => SharingPlan;

/** The full plan with other options under a name of its own. */
const variant = (name: string, about: string, change: (options: PfMsmtrecOptions) => PfMsmtrecOptions): Ablation => {
  return (shared, options) => ({ ...pfMsmtrec(shared, change(options)), name, about });
};

/** The full plan with another rule for one group. */
const withRule = (name: string, about: string, group: string, rule: (shared: PlanOptions) => Sharing): Ablation => {
  return (shared, options) => {
    const full = pfMsmtrec(shared, options);
    return { ...full, name, about, groups: { ...full.groups, [group]: rule(shared) } };
  };
};

/** PF-MSMTrec with one line changed, by name. */
export const ablations: Readonly<Record<string, Ablation>> = {
  'no-fedbn': withRule(
    'no-fedbn',
    'PF-MSMTrec with batch normalisation and its statistics averaged.',
    'norm',
    ({ weights }) => average(weights),
  ),
  'no-coordination': variant(
    'no-coordination',
    'PF-MSMTrec with the mean of the movements in place of the conflict-averse direction.',
    (options) => ({ ...options, experts: { ...options.experts, direction: 'mean' } }),
  ),
  'no-personalisation': variant(
    'no-personalisation',
    'PF-MSMTrec in which every client takes the common direction alone.',
    (options) => ({ ...options, experts: { ...options.experts, personalisation: 'none' } }),
  ),
  'no-template': variant(
    'no-template',
    'PF-MSMTrec with one plain weight in place of shared, scenario and task parts.',
    (options) => ({ ...options, template: { ...options.template, scenario: 'plain', task: 'none' } }),
  ),
  'no-tower-aggregation': withRule(
    'no-tower-aggregation',
    'PF-MSMTrec whose towers stay on the client.',
    'tower',
    () => null,
  ),
  'no-regulariser': variant('no-regulariser', 'PF-MSMTrec without the alignment term.', (options) => ({
    ...options,
    alignment: 0,
  })),
};

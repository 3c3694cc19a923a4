import type { Template } from '../models/template';
import type { Phase } from './phase';
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
  /**
   * `joint`: local steps, then all rules [sibling]. `bottom-up`, the stricter reading of the paper's order [choice]:
   * local steps, then the rules of everything below the towers; steps that train towers alone, on the experts just
   * received; then the towers' rule.
   */
  readonly schedule: 'joint' | 'bottom-up';
  /** With `bottom-up`: the share of the local steps that train towers alone [choice]. */
  readonly towerWork: number;
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
  schedule: 'joint',
  towerWork: 0.25,
};

/**
 * The phases of the bottom-up schedule. Batch normalisation, where an ablation shares it, travels at the very end,
 * when its statistics have been measured with what was received.
 */
const bottomUp = (groups: readonly string[], towerWork: number): Phase[] => [
  {
    name: 'experts',
    shares: groups.filter((group) => group !== 'tower' && group !== 'norm'),
    work: 1 - towerWork,
  },
  { name: 'towers', trains: ['tower'], shares: ['tower', 'norm'], work: towerWork },
];

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
 * The loss has an alignment term [digest that there is one; form: choice]. Experts and towers are shared at once, or
 * experts first (`schedule`).
 */
export function pfMsmtrec(shared: PlanOptions, options: PfMsmtrecOptions = pfMsmtrecDefaults): SharingPlan {
  const experts = coordinate(options.experts);
  const groups = {
    embedding: embeddingRule(shared),
    projection: homeOrAverage(options.projection, shared),
    gate: homeOrAverage(options.gates, shared),
    norm: null,
    expert: experts,
    'expert.global': average(shared.weights),
    'expert.scenario': experts,
    'expert.task': null,
    tower: attend(options.towers),
  };
  return {
    name: 'pf-msmtrec',
    about: 'Experts in parts: conflict coordination and personalised aggregation of the scenario part, then of towers.',
    template: options.template,
    alignment: options.alignment,
    groups,
    otherwise: null,
    ...(options.schedule === 'bottom-up' && { phases: bottomUp(Object.keys(groups), options.towerWork) }),
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

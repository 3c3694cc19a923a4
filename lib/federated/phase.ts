import type { Model } from '../models/model';
import type { Parameter } from '../models/parameter';
import { type SharingPlan, sharingOf } from './plan';

/**
 * A part of a round: local steps, then the rules of some groups.
 *
 * A plan without phases has one that trains and shares everything.
 */
export interface Phase {
  readonly name: string;
  /**
   * What local steps update, by group; default everything. A part that is named takes its batch normalisation
   * along (`tower` means `tower.0.scale` too), though that is a group of its own when it comes to sharing.
   */
  readonly trains?: readonly string[];
  /** Groups whose rules are applied at the end of the phase; default all. */
  readonly shares?: readonly string[];
  /** Share of the round's local steps. The shares of all phases sum to 1, so that methods see equally many rows. */
  readonly work: number;
}

const everything: readonly Phase[] = [{ name: 'all', work: 1 }];

/** The phases of one round. */
export const phasesOf = ({ phases }: SharingPlan): readonly Phase[] => phases ?? everything;

/** Whether the local steps of a phase move a parameter. */
export const trainsIn = ({ trains }: Phase, { name, group, trainable }: Parameter): boolean =>
  trainable !== false && (trains === undefined || trains.some((part) => part === group || name.startsWith(`${part}.`)));

/** Whether the rule of a group is applied at the end of a phase. */
export const sharesIn = ({ shares }: Phase, group: string): boolean => shares === undefined || shares.includes(group);

/**
 * A client's local steps, phase by phase: at least one each, and together as many as the round has, unless it has
 * fewer than phases.
 */
export function stepsByPhase(steps: number, phases: readonly Phase[]): number[] {
  let work = 0;
  let done = 0;
  return phases.map((phase, at) => {
    work += phase.work;
    const left = phases.length - 1 - at; // phases to come, which need a step each
    const end = left === 0 ? steps : Math.min(Math.round(steps * work), steps - left);
    const own = Math.max(1, end - done);
    done += own;
    return own;
  });
}

/** Throws where the phases of a plan do not make a round. */
export function requirePhases(plan: SharingPlan, model: Model): void {
  const phases = phasesOf(plan);
  const wrong = (what: string) => new Error(`The phases of the plan ${plan.name}: ${what}.`);
  if (new Set(phases.map(({ name }) => name)).size < phases.length) throw wrong('two have the same name');
  const work = phases.reduce((sum, phase) => sum + phase.work, 0);
  if (phases.some((phase) => !(phase.work > 0)) || Math.abs(work - 1) > 1e-9) {
    throw wrong(`the shares of work must be above 0 and sum to 1, not ${work}`);
  }
  const idle = phases.find((phase) => !model.parameters.some((parameter) => trainsIn(phase, parameter)));
  if (idle) throw wrong(`"${idle.name}" trains ${idle.trains}, of which the model ${model.name} has nothing`);
  for (const { group } of model.parameters) {
    if (sharingOf(plan, group) === null || phases.some((phase) => sharesIn(phase, group))) continue;
    throw wrong(`the group ${group} has a rule, and none shares it`);
  }
}

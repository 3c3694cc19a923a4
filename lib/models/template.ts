import { addLowRank } from '../backend/operations/add-low-rank';
import { groupedLinear } from '../backend/operations/grouped-linear';
import { type Tensor, tf } from '../backend/tensorflow';
import { linearStart, type Parameter, type Values } from './parameter';

/**
 * How the weight of an expert layer is made of parts that travel differently [paper: that there are such parts;
 * choice: every formula here].
 *
 * With G shared by all (group `expert.global`), S of the scenario (`expert.scenario`) and T of the task
 * (`expert.task`, which never leaves):
 *
 * | `scenario` | weight without T | start |
 * |---|---|---|
 * | `plain` | one weight, group `expert` | as a linear layer |
 * | `full` | G ⊙ S | S = 1 |
 * | `low-rank` | G ⊙ (1 + U Vᵀ) | V = 0 |
 * | `additive` | G + S | S = 0 |
 *
 * | `task` | with T | start |
 * |---|---|---|
 * | `none` | the weight serves all tasks | |
 * | `full` | W ⊙ T (`additive`: W + T) | T = 1 (0) |
 * | `low-rank` | W + A Bᵀ | B = 0 |
 * | `unit-scale` | the unit's output behind batch normalisation, times T | T = 1 |
 *
 * So at the start every form is plain MMoE. A unit scale in front of batch normalisation would do nothing: the
 * normalisation removes it. With T, batch normalisation is per expert, layer and task.
 */
export interface Template {
  readonly scenario: 'plain' | 'full' | 'low-rank' | 'additive';
  readonly task: 'none' | 'full' | 'low-rank' | 'unit-scale';
  /** Rank of the low-rank forms. */
  readonly rank: number;
}

/** One weight per expert layer, as in MMoE. */
export const plainTemplate: Template = { scenario: 'plain', task: 'none', rank: 4 };

/** Place of one expert layer: the first reads the shared input, the others the layer before. */
export interface ExpertLayer {
  readonly layer: number;
  readonly inputs: number;
  readonly experts: number;
  readonly units: number;
  readonly tasks: number;
}

/** The parameters of one expert layer. The first layer has its inputs as first axis, the others the experts. */
export function templateParameters(template: Template, at: ExpertLayer): Parameter[] {
  const { layer, inputs, experts, units, tasks } = at;
  const first = layer === 0;
  const matrix = (name: string, group: string, last: number, initial: Parameter['initial']): Parameter => ({
    name: `expert.${layer}.${name}`,
    group,
    shape: first ? [inputs, experts, last] : [experts, inputs, last],
    initial,
    expertAxis: first ? 1 : 0,
  });
  const perTask = (name: string, last: number, initial: Parameter['initial']): Parameter => ({
    name: `expert.${layer}.${name}`,
    group: 'expert.task',
    shape: first ? [inputs, tasks, experts, last] : [tasks, experts, inputs, last],
    initial,
    taskAxis: first ? 1 : 0,
    expertAxis: first ? 2 : 1,
  });
  const right = (name: string, group: string, lead: number[]): Parameter => ({
    name: `expert.${layer}.${name}`,
    group,
    shape: [...lead, experts, template.rank, units],
    initial: { value: 0 },
    expertAxis: lead.length,
    ...(lead.length > 0 && { taskAxis: 0 }),
  });
  const start = linearStart(inputs);
  const neutral = { value: template.scenario === 'additive' ? 0 : 1 };

  const shared = matrix('weight', template.scenario === 'plain' ? 'expert' : 'expert.global', units, start);
  const scenario = {
    plain: [],
    full: [matrix('scenario', 'expert.scenario', units, { value: 1 })],
    additive: [matrix('scenario', 'expert.scenario', units, { value: 0 })],
    'low-rank': [
      matrix('scenario.left', 'expert.scenario', template.rank, start),
      right('scenario.right', 'expert.scenario', []),
    ],
  }[template.scenario];
  const task = {
    none: [],
    full: [perTask('task', units, neutral)],
    'low-rank': [perTask('task.left', template.rank, start), right('task.right', 'expert.task', [tasks])],
    'unit-scale': [
      {
        name: `expert.${layer}.task`,
        group: 'expert.task',
        shape: [tasks, experts, units],
        initial: { value: 1 },
        taskAxis: 0,
        expertAxis: 1,
      },
    ],
  }[template.task];
  return [shared, ...scenario, ...task];
}

/** Tasks that have hidden units of their own: all with T, one for all without. */
export const ownTasks = (template: Template, tasks: number): number => (template.task === 'none' ? 1 : tasks);

/**
 * The linear map of one expert layer: of the shared input → `[batch, own tasks × experts × units]`, or of the layer
 * before, `[own tasks × experts, batch, inputs]` → `[own tasks × experts, batch, units]`. With a low-rank T the first
 * layer gives the latter, too.
 *
 * @param input multiplies the shared input by a weight `[inputs, …]` → `[batch, …]`; used in the first layer
 */
export function templateLinear(
  values: Values,
  template: Template,
  { layer, experts, tasks, inputs, units }: ExpertLayer,
  hidden: Tensor | null,
  input: (weight: Tensor) => Tensor,
): Tensor {
  const part = (name: string) => values[`expert.${layer}.${name}`];
  const linear = (weight: Tensor) =>
    hidden
      ? groupedLinear(hidden, weight.reshape([-1, inputs, weight.shape[weight.rank - 1] as number]))
      : input(weight);
  const weight = scenarioWeight(template, part, layer === 0);
  if (template.task === 'full') {
    const all = tf.expandDims(weight, layer === 0 ? 1 : 0);
    return linear(template.scenario === 'additive' ? tf.add(all, part('task')) : tf.mul(all, part('task')));
  }
  const base = linear(weight);
  if (template.task === 'low-rank') {
    const right = part('task.right').reshape([tasks * experts, template.rank, units]);
    return addLowRank(base, linear(part('task.left')), right);
  }
  return template.task === 'none' || hidden ? base : tf.tile(base, [1, tasks]);
}

/** G with S, the same for all tasks. */
function scenarioWeight({ scenario }: Template, part: (name: string) => Tensor, first: boolean): Tensor {
  const weight = part('weight');
  if (scenario === 'plain') return weight;
  if (scenario === 'full') return tf.mul(weight, part('scenario'));
  if (scenario === 'additive') return tf.add(weight, part('scenario'));
  const left = part('scenario.left');
  const byExpert = tf.matMul(first ? tf.transpose(left, [1, 0, 2]) : left, part('scenario.right'));
  const product = first ? tf.transpose(byExpert, [1, 0, 2]) : byExpert;
  return tf.mul(weight, tf.add(product, 1));
}

/** Applies T where it stands behind batch normalisation: `[tasks × experts, batch, units]` → the same shape. */
export function behindNorm(values: Values, template: Template, layer: number, hidden: Tensor): Tensor {
  if (template.task !== 'unit-scale') return hidden;
  return tf.mul(hidden, values[`expert.${layer}.task`].reshape([hidden.shape[0], 1, hidden.shape[2] as number]));
}

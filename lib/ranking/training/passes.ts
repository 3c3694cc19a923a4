import { readRows } from '../../backend/operations/adam';
import { gatherRows } from '../../backend/operations/gather-rows';
import { type Tensor, type Tensor2D, tf } from '../../backend/tensorflow';
import type { Parameter, Values } from '../../models/parameter';
import type { TaskSample } from '../tasks';
import { type Learner, valuesOf } from './learner';

/** The samples of one step, and where their nodes' rows stand. */
export interface StepSamples {
  /** One for each task. */
  readonly samples: readonly TaskSample[];
  /**
   * The rows of the node table that the step reads, `[touched]`, ascending; absent where it reads all of them. A table of
   * these rows alone stands for the whole one in passes and gradients.
   */
  readonly touched?: Int32Array;
  /** Places of each task's nodes among the vectors, role after role. */
  readonly places: readonly Int32Array[];
}

/** Finds out which rows a step reads. */
export function locate(learner: Learner, samples: readonly TaskSample[]): StepSamples {
  const all = samples.map(({ roles }) => joined(roles));
  if (learner.encoder.reads === 'graph') return { samples, places: all };
  const { places } = learner;
  const touched = Int32Array.from(new Set(joined(all))).sort();
  touched.forEach((node, place) => {
    places[node] = place;
  });
  return { samples, touched, places: all.map((nodes) => nodes.map((node) => places[node])) };
}

export const isEmpty = ({ roles }: TaskSample): boolean => roles[0].length === 0;

/**
 * Losses of some tasks whose samples are not empty, as scalars, from one pass of the encoder and one look-up of all their
 * vectors. Differentiable in `values`.
 *
 * @param chosen numbers of the tasks
 */
export function lossesOf(learner: Learner, step: StepSamples, chosen: readonly number[], values: Values): Tensor[] {
  const vectors = learner.encoder.encode(values, learner.graph);
  const places = tf.tensor1d(joined(chosen.map((task) => step.places[task])), 'int32');
  const sizes = chosen.flatMap((task) => step.samples[task].roles.map((role) => role.length));
  const looked = tf.split(gatherRows(vectors, places), sizes) as Tensor2D[];
  let next = 0;
  return chosen.map((task) => {
    const { roles } = step.samples[task];
    next += roles.length;
    return learner.tasks[task].loss(looked.slice(next - roles.length, next), step.samples[task], values);
  });
}

/** What a function of parameters gives, and its gradients. */
export interface Pass {
  readonly loss: Tensor;
  /** By parameter; of the node table those of the touched rows. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/**
 * One pass forwards and backwards: a loss made of those of the chosen tasks. The caller disposes of all tensors.
 *
 * @param rows the touched rows of the node table, where a step does not read all
 */
export function passOf(
  learner: Learner,
  step: StepSamples,
  { chosen, rows, combine }: { chosen: readonly number[]; rows?: Tensor; combine(losses: Tensor[]): Tensor },
): Pass {
  const parameters = parametersOf(learner, chosen);
  const { value, grads } = tf.tidy(() => {
    const given = parameters.map(({ name, byRows }) => (byRows && rows ? rows : learner.slots[name].value.borrow()));
    return tf.valueAndGrads((...tensors: Tensor[]) => {
      const values = Object.fromEntries(parameters.map(({ name }, i) => [name, tensors[i]]));
      return combine(lossesOf(learner, step, chosen, values)).asScalar();
    })(given);
  });
  return { loss: value, gradients: Object.fromEntries(parameters.map(({ name }, i) => [name, grads[i]])) };
}

/** The encoder's parameters and those of some tasks. */
export const parametersOf = ({ encoder, tasks }: Learner, chosen: readonly number[]): Parameter[] => [
  ...encoder.parameters,
  ...chosen.flatMap((task) => tasks[task].parameters),
];

/** Present values of what some tasks' losses are made of; of the node table the touched rows. For a `tidy`. */
export function presentValues(learner: Learner, { touched }: StepSamples, chosen: readonly number[]): Values {
  const values = valuesOf(learner, parametersOf(learner, chosen));
  if (!touched) return values;
  return { ...values, nodes: readRows(learner.slots.nodes.value, tf.tensor1d(touched, 'int32')) };
}

function joined(lists: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(lists.reduce((sum, list) => sum + list.length, 0));
  let end = 0;
  for (const list of lists) {
    all.set(list, end);
    end += list.length;
  }
  return all;
}

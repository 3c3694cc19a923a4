import { seedAt } from '../../backend/random';
import { type Tensor, tf } from '../../backend/tensorflow';
import type {
  Combination,
  CombinationFigures,
  CombinationState,
  CombinationStep,
  LossCombination,
} from '../../multitask/combination';
import { combineGradients, type GradientMethod, weighed } from '../../multitask/combine';
import type { Learner } from './learner';
import { isEmpty, lossesOf, type Pass, passOf, presentValues, type StepSamples } from './passes';

/** What a step is made with. */
export interface StepOptions {
  /** How the gradients of several tasks become one; a single task needs none. */
  readonly method?: Combination;
  /** From 1. */
  readonly epoch: number;
  /** Interactions of the batch. */
  readonly rows: number;
}

/** What a step follows. The caller disposes of the gradients, and calls `observe` after the update. */
export interface StepGradients {
  /** Of every task before the step; 0 of an empty sample. */
  readonly losses: readonly number[];
  /** What the way of combining says of itself. */
  readonly figures: CombinationFigures;
  /** By parameter; of the node table those of the touched rows. */
  readonly gradients: Readonly<Record<string, Tensor>>;
  observe?(): void;
}

/**
 * Losses and gradients of a step.
 *
 * L_t is task t's mean over its own sample. Methods that read losses weigh them in one pass. The others combine the
 * gradients of the encoder's parameters: of a table by rows, those that any task touches, so that a task without part in
 * a row has a gradient of 0 there; parameters of one task alone get its own gradient. As in the local steps of a
 * federation, results that stand for a sum over tasks are divided by their number, so that `ew` follows the mean of the
 * losses [choice].
 *
 * @param rows the touched rows of the node table, where the step does not read all
 */
export function stepGradients(
  learner: Learner,
  step: StepSamples,
  rows: Tensor | undefined,
  { method, ...options }: StepOptions,
): StepGradients {
  if (method === undefined || method.reads === 'losses') return byLosses(learner, step, rows, { ...options, method });
  return byGradients(learner, step, rows, { ...options, method });
}

/** A weighted sum of the losses, in one pass. */
function byLosses(
  learner: Learner,
  step: StepSamples,
  rows: Tensor | undefined,
  options: StepOptions & { method?: LossCombination },
): StepGradients {
  const { method } = options;
  const count = learner.tasks.length;
  const chosen = learner.tasks.map((_, task) => task).filter((task) => !isEmpty(step.samples[task]));
  if (chosen.length === 0) return { losses: zeros(count), figures: {}, gradients: {} };
  let of: CombinationStep = stepOf(learner, zeros(count), options);
  let figures: CombinationFigures = {};
  const { loss, gradients } = passOf(learner, step, {
    ...{ chosen, rows },
    combine(losses) {
      of = stepOf(learner, spread(losses, chosen, count), options);
      if (!method) return losses.length === 1 ? losses[0] : tf.div(tf.addN(losses), count);
      const found = weighed(method.weigh(of, learner.combination));
      keep(learner, found.state);
      figures = found.figures;
      const share = method.isMean ? 1 : 1 / count;
      return tf.addN(chosen.map((task, k) => tf.mul(losses[k], share * found.figures.weights[task])));
    },
  });
  loss.dispose();
  const observe = () => {
    if (!method?.observe) return;
    const after = tf.tidy(() =>
      spread(lossesOf(learner, step, chosen, presentValues(learner, step, chosen)), chosen, count),
    );
    keep(learner, { numbers: method.observe(of, after, learner.combination), tensors: {} });
  };
  return { losses: of.losses, figures, gradients, observe };
}

/** Every task's gradient in a pass of its own, combined. */
function byGradients(
  learner: Learner,
  step: StepSamples,
  rows: Tensor | undefined,
  options: StepOptions & { method: GradientMethod },
): StepGradients {
  const { encoder, tasks } = learner;
  const { method } = options;
  const passes = tasks.map((_, task): Pass | undefined =>
    isEmpty(step.samples[task])
      ? undefined
      : passOf(learner, step, { chosen: [task], rows, combine: ([loss]) => loss }),
  );
  const losses = passes.map((pass) => pass?.loss.dataSync()[0] ?? 0);
  const touched = step.touched ?? learner.everyNode;
  const at = tf.tensor1d(touched, 'int32');
  const parts = encoder.parameters.map(({ name, byRows, shape }) => {
    const of = byRows && rows ? rows.shape : shape;
    const stacked = tf.tidy(() => tf.stack(passes.map((pass) => pass?.gradients[name] ?? tf.zeros([...of]))));
    return byRows ? { name, stacked, table: { touched: at, rows: shape[0] } } : { name, stacked };
  });
  const found = combineGradients(method, parts, stepOf(learner, losses, options), learner.combination);
  keep(learner, found.state);
  const share = method.isMean ? 1 : 1 / tasks.length;
  const gradients: Record<string, Tensor> = {};
  parts.forEach(({ name }, k) => {
    gradients[name] = tf.mul(found.gradients[k], share);
  });
  tasks.forEach(({ parameters }, task) => {
    for (const { name } of parameters) {
      const own = passes[task]?.gradients[name];
      if (own) gradients[name] = tf.mul(own, (found.lossWeights?.[task] ?? 1) / tasks.length);
    }
  });
  tf.dispose([at, parts.map(({ stacked }) => stacked), found.gradients as Tensor[]]);
  tf.dispose(passes.map((pass) => pass && [pass.loss, Object.values(pass.gradients)]));
  return { losses, figures: found.figures, gradients };
}

const zeros = (count: number): number[] => Array<number>(count).fill(0);

/** The numbers of some tasks' losses, 0 for the others. */
function spread(losses: readonly Tensor[], chosen: readonly number[], count: number): number[] {
  const numbers = tf.tidy(() => tf.stack([...losses]).dataSync());
  const all = zeros(count);
  chosen.forEach((task, k) => {
    all[task] = numbers[k];
  });
  return all;
}

const stepOf = (
  { tasks, seed, steps }: Learner,
  losses: readonly number[],
  { epoch, rows }: StepOptions,
): CombinationStep => ({
  tasks: tasks.map(({ name }) => name),
  ...{ losses, epoch, rows, step: steps },
  seed: seedAt(seed, 'combination'),
});

/** Keeps a state beyond the `tidy` that it comes from, and frees what the last one held alone. */
function keep(learner: Learner, next: CombinationState): void {
  const kept = Object.values(next.tensors);
  for (const tensor of kept) tf.keep(tensor);
  for (const last of Object.values(learner.combination.tensors)) if (!kept.includes(last)) last.dispose();
  learner.combination = next;
}

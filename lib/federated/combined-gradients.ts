import { readRows } from '../backend/operations/adam';
import { logisticLoss } from '../backend/operations/logistic-loss';
import { seedAt } from '../backend/random';
import { type Tensor, tf } from '../backend/tensorflow';
import type { Batch } from '../data/batch';
import type { Parameter } from '../models/parameter';
import type { Combination, CombinationFigures, CombinationState, CombinationStep } from '../multitask/combination';
import { combineGradients, weighed } from '../multitask/combine';
import { type Client, type Combine, learning, plainLoss, variableOf } from './client';

/** How a local step combines its tasks' gradients. */
export interface Combining {
  readonly method: Combination;
  /** Number of the round: where a paper counts epochs, a client counts rounds [choice]. */
  readonly epoch: number;
  onFigures?(figures: CombinationFigures): void;
}

/**
 * Loss and gradients of a step whose tasks' gradients are combined by a method of `lib/multitask`. The loss that it tells
 * is the plain one, so that curves of different methods can be compared.
 *
 * L_t is the mean loss of task t over the batch; the loss without combination is their mean. So that `ew`, the sum of the
 * papers, is the step without combination, a method's result is divided by the number of tasks, unless it stands for a
 * mean already. Methods that read losses weigh the whole loss, in one backward pass; others combine the gradients of
 * shared parameters (T passes over one batch with the same dropout), and task-private ones, those with a task axis, get
 * their own task's gradient [choice].
 *
 * A client with one task has nothing to combine and takes the plain step [choice].
 */
export const combining =
  (how: Combining): Combine =>
  (client, batch, gradientsOf) =>
    client.data.tasks.length < 2 ? undefined : combined(how, client, batch, gradientsOf);

function combined(
  { method, epoch, onFigures }: Combining,
  ...[client, batch, gradientsOf]: Parameters<Combine>
): ReturnType<Combine> {
  const { tasks } = client.data;
  const stepOf = (losses: readonly number[]): CombinationStep => ({
    tasks,
    losses,
    step: client.steps,
    epoch,
    rows: batch.lookup.batch,
    seed: seedAt(client.seed, 'combination'),
  });
  const keep = ({ state, figures }: { state: CombinationState; figures: CombinationFigures }) => {
    replaceState(client, state);
    onFigures?.(figures);
  };
  const share = method.isMean ? 1 : 1 / tasks.length;

  if (method.reads === 'losses') {
    let step = stepOf([]);
    const result = gradientsOf((logits) => {
      step = stepOf(taskLosses(logits, batch));
      const found = method.weigh(step, client.combination);
      keep(weighed(found));
      const factors = found.weights.map((weight) => share * tasks.length * weight);
      return factors.every((factor) => factor === 1) ? plainLoss(logits, batch) : weightedLoss(logits, batch, factors);
    });
    result.loss.dispose();
    const observe = () => {
      if (!method.observe) return;
      const numbers = method.observe(step, lossesAfter(client, batch, step.step), client.combination);
      replaceState(client, { numbers, tensors: {} });
    };
    return { result: { ...result, loss: tf.scalar(mean(step.losses)) }, observe };
  }

  const passes = tasks.map((_, t) => {
    const factors = tasks.map((__, other) => (other === t ? tasks.length : 0));
    return gradientsOf((logits) => weightedLoss(logits, batch, factors));
  });
  const losses = passes.map(({ loss }) => loss.dataSync()[0]);
  const trained = client.model.parameters.filter(({ name }) => name in passes[0].gradients);
  const stackOf = ({ name }: Parameter) => tf.stack(passes.map(({ gradients }) => gradients[name]));
  const shared = trained.filter(({ taskAxis }) => taskAxis === undefined);
  const parts = shared.map((parameter) => {
    const stacked = stackOf(parameter);
    if (!parameter.byRows || !batch.touched) return { name: parameter.name, stacked };
    return { name: parameter.name, stacked, table: { touched: batch.touched.tensor, rows: parameter.shape[0] } };
  });
  let lossWeights: readonly number[] = tasks.map(() => 1);
  const gradients: Record<string, Tensor> = {};
  if (parts.length > 0) {
    const found = combineGradients(method, parts, stepOf(losses), client.combination);
    keep(found);
    lossWeights = found.lossWeights ?? lossWeights;
    for (const [k, { name }] of parts.entries()) gradients[name] = tf.mul(found.gradients[k], share);
    tf.dispose(found.gradients as Tensor[]);
  }
  for (const { name, taskAxis } of trained) {
    if (taskAxis === undefined) continue;
    gradients[name] = tf.tidy(() =>
      tf.addN(passes.map((pass, t) => tf.mul(pass.gradients[name], lossWeights[t] / tasks.length))),
    );
  }
  const [{ statistics }, ...others] = passes;
  tf.dispose([parts.map(({ stacked }) => stacked), passes.map(({ loss, gradients }) => [loss, gradients])]);
  tf.dispose(others.map((pass) => pass.statistics));
  return { result: { loss: tf.scalar(mean(losses)), gradients, statistics }, observe: () => undefined };
}

/** The losses of the same batch, with the same dropout, after the update. */
function lossesAfter(client: Client, batch: Batch, step: number): number[] {
  return tf.tidy(() => {
    const values = client.model.parameters.map(({ name, byRows }) => {
      const own = variableOf(client, name);
      return [name, byRows && batch.touched ? readRows(own, batch.touched.tensor) : own.borrow()];
    });
    const pass = learning(client, step, (_, ...statistics) => tf.dispose(statistics));
    return taskLosses(client.model.forward(Object.fromEntries(values), batch, pass), batch);
  });
}

/** What each label counts in the mean of the tasks' losses, `[batch, tasks]`. */
const labelWeights = ({ labels, weights }: Batch): Tensor => weights ?? tf.fill(labels.shape, 1 / labels.size);

/** The mean of the tasks' losses with a factor for each task. */
const weightedLoss = (logits: Tensor, batch: Batch, factors: readonly number[]): Tensor =>
  logisticLoss(logits, batch.labels, tf.mul(labelWeights(batch), tf.tensor2d([...factors], [1, factors.length])));

/** L_t, whose mean over tasks is the plain loss. */
function taskLosses(logits: Tensor, batch: Batch): number[] {
  return tf.tidy(() => {
    const each = tf.sub(tf.softplus(logits), tf.mul(logits, batch.labels));
    const sums = tf.sum(tf.mul(each, labelWeights(batch)), 0);
    return Array.from(sums.dataSync(), (sum) => sum * sums.size);
  });
}

const mean = (x: readonly number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;

/** Keeps a state beyond the `tidy` it comes from, and frees what the last one held alone. */
function replaceState(client: Client, next: CombinationState): void {
  const kept = Object.values(next.tensors);
  for (const tensor of kept) tf.keep(tensor);
  for (const last of Object.values(client.combination.tensors)) if (!kept.includes(last)) last.dispose();
  client.combination = next;
}

/** Adds up steps' figures. */
export function sumOfFigures() {
  const sums: Record<string, number[]> = {};
  let steps = 0;
  return {
    add(figures: CombinationFigures): void {
      steps++;
      for (const [name, values] of Object.entries(figures)) {
        sums[name] = values.map((value, k) => value + (sums[name]?.[k] ?? 0));
      }
    },
    seen: () => steps > 0,
    means: (): CombinationFigures =>
      Object.fromEntries(Object.entries(sums).map(([name, values]) => [name, values.map((value) => value / steps)])),
  };
}

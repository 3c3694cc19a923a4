import {
  type AdamOptions,
  type AdamUpdate,
  adamRowStep,
  adamStep,
  disposeSlot,
  moveTowards,
  readRows,
  type Slot,
  slot,
} from '../backend/operations/adam';
import { logisticLoss } from '../backend/operations/logistic-loss';
import { squaredDistance } from '../backend/operations/squared-distance';
import { seedAt } from '../backend/random';
import { type Tensor, type Tensor1D, tf } from '../backend/tensorflow';
import { type Variable, variable } from '../backend/variable';
import { type Batch, type Batcher, disposeBatch } from '../data/batch';
import type { ClientData } from '../data/pool';
import { type RowStream, rowStream } from '../data/row-stream';
import type { Model, Pass } from '../models/model';
import type { Parameter, Values } from '../models/parameter';
import type { TaskPlaces } from '../models/some-tasks';
import { type CombinationState, startState } from '../multitask/combination';

/** Weight of a batch in the running statistics of batch normalisation, PyTorch's default. */
const STATISTICS_MOMENTUM = 0.1;

/** One client: its data, its model on the device, its optimiser state and its random streams. */
export interface Client {
  readonly data: ClientData;
  /** The model for the tasks that this client has. */
  readonly model: Model;
  /** Where these stand among all tasks. */
  readonly places: TaskPlaces;
  /** Trainable parameters with their moments, by name. */
  readonly slots: ReadonlyMap<string, Slot>;
  /** Running statistics, by name. */
  readonly statistics: ReadonlyMap<string, Variable>;
  readonly stream: RowStream;
  readonly seed: number;
  /** Local steps so far. */
  steps: number;
  /** Optimiser steps of each parameter so far: fewer than `steps` where some phases do not train it. */
  readonly updates: Record<string, number>;
  /** Rows of each by-row table that were touched since the table was last received: 1 where touched. */
  readonly touched: Readonly<Record<string, Uint8Array>>;
  /** What the way in which task gradients are combined remembers. */
  combination: CombinationState;
}

/** A client that starts with the given values, in the shapes of its own model. */
export function createClient(data: ClientData, model: Model, start: Values, seed: number, places?: TaskPlaces): Client {
  const trainable = model.parameters.filter((parameter) => parameter.trainable !== false);
  const running = model.parameters.filter((parameter) => parameter.trainable === false);
  const tables = model.parameters.filter((parameter) => parameter.byRows);
  return {
    data,
    model,
    places,
    slots: new Map(trainable.map(({ name }) => [name, slot(start[name])])),
    statistics: new Map(running.map(({ name }) => [name, variable(start[name])])),
    stream: rowStream(data.train.rows, seedAt(seed, 'rows')),
    seed,
    steps: 0,
    updates: Object.fromEntries(trainable.map(({ name }) => [name, 0])),
    touched: Object.fromEntries(tables.map(({ name, shape }) => [name, new Uint8Array(shape[0])])),
    combination: startState,
  };
}

export function disposeClient(client: Client): void {
  for (const one of client.slots.values()) disposeSlot(one);
  for (const one of client.statistics.values()) one.dispose();
  tf.dispose(Object.values(client.combination.tensors) as Tensor[]);
}

/** The variable that holds a parameter. */
export function variableOf(client: Client, name: string): Variable {
  const found = client.slots.get(name)?.value ?? client.statistics.get(name);
  if (!found) throw new Error(`The model ${client.model.name} has no parameter ${name}.`);
  return found;
}

/** The present values of all parameters (or the named ones). The caller disposes of them. */
export function readValues(client: Client, names?: readonly string[]): Values {
  const wanted = names ?? client.model.parameters.map(({ name }) => name);
  return Object.fromEntries(wanted.map((name) => [name, variableOf(client, name).read()]));
}

/** Pull of parameters towards what the client received: the gradient of (λ/2) Σ ‖p − received p‖². */
export interface Alignment {
  readonly lambda: number;
  /** By name; parameters that are not in it are not pulled. */
  readonly received: Values;
}

/** Parts of a local step, in their order. */
export type StepPhase = 'batch' | 'forward' | 'backward' | 'update';

/** What may differ from a plain step. */
export interface StepOptions {
  readonly alignment?: Alignment;
  /** Names of the parameters to move; default all. */
  readonly trained?: readonly string[];
  /** Makes one gradient of those of several losses; where it returns nothing, the plain loss's is taken. */
  readonly combine?: Combine;
  /** Is told when a part of the step begins, for a profile. */
  readonly onPhase?: (phase: StepPhase) => void;
}

/**
 * One local step: draws a batch, computes loss and gradients, updates the client's variables. Returns the loss.
 *
 * A parameter that is not trained has no gradient, so nothing of the optimiser touches it: no step, no decay, no
 * moment, no step count. Running statistics follow in every step and every layer: they are measured, not trained, and
 * must fit the weights that prediction will use, which may have arrived just before [choice].
 */
export function localStep(
  client: Client,
  batches: Batcher,
  batchSize: number,
  options: AdamOptions,
  { alignment, trained = [...client.slots.keys()], combine, onPhase = () => undefined }: StepOptions = {},
): Tensor {
  onPhase('batch');
  const batch = batches.train(client.data.train, client.stream.next(batchSize));
  const gradientsOf = (loss: BatchLoss) => lossAndGradients(client, batch, trained, onPhase, loss);
  const step = combine?.(client, batch, gradientsOf);
  const result = step?.result ?? gradientsOf(plainLoss);
  onPhase('update');
  tf.tidy(() => update(client, batch, result, options, alignment));
  step?.observe();
  tf.dispose([result.gradients, result.statistics]);
  disposeBatch(batch);
  return result.loss;
}

function update(
  client: Client,
  { touched }: Batch,
  { gradients, statistics }: StepResult,
  options: AdamOptions,
  alignment: Alignment | undefined,
): void {
  client.steps++;
  const whole: AdamUpdate[] = [];
  for (const { name, byRows } of client.model.parameters) {
    const gradient = gradients[name];
    const slot = client.slots.get(name);
    if (!gradient || !slot) continue;
    const step = ++client.updates[name];
    if (byRows && touched && options.tables === 'dense') {
      const everywhere = tf.unsortedSegmentSum(gradient, touched.tensor as Tensor1D, slot.value.shape[0]);
      whole.push({ slot, gradient: everywhere, step });
      client.touched[name].fill(1);
    } else if (byRows && touched) {
      adamRowStep(touched.tensor, { slot, gradient, step }, options);
      for (const row of touched.rows) client.touched[name][row] = 1;
    } else {
      // The pull is added in the update and not through the graph.
      const towards = alignment?.received[name];
      whole.push({
        slot,
        gradient,
        step,
        ...(alignment && towards && { pull: { lambda: alignment.lambda, towards } }),
      });
    }
  }
  adamStep(whole, options);
  const running = Object.entries(statistics).map(([name, value]) => [variableOf(client, name), value] as const);
  moveTowards(running, STATISTICS_MOMENTUM);
}

/** Value of the alignment term, (λ/2) Σ ‖p − received p‖². */
export function alignmentValue(client: Client, { lambda, received }: Alignment): number {
  const pairs = Object.entries(received).map(([name, value]): [Tensor, Tensor] => [
    variableOf(client, name).borrow(),
    value,
  ]);
  return tf.tidy(() => (lambda / 2) * squaredDistance(pairs).dataSync()[0]);
}

/** A loss of a batch's logits `[batch, tasks]` → scalar. */
export type BatchLoss = (logits: Tensor, batch: Batch) => Tensor;

/** The loss of a step: the mean of the tasks' losses. */
export const plainLoss: BatchLoss = (logits, { labels, weights }) => logisticLoss(logits, labels, weights);

/** Makes a step of the gradients of one or several losses of its batch; `observe` is called after the update. */
export type Combine = (
  client: Client,
  batch: Batch,
  gradientsOf: (loss: BatchLoss) => StepResult,
) => { readonly result: StepResult; observe(): void } | undefined;

/** Loss and gradients of one batch. */
export interface StepResult {
  loss: Tensor;
  /** By trained parameter; of a by-row table the touched rows only. */
  gradients: Record<string, Tensor>;
  /** Batch statistics by the name of their running counterpart. */
  statistics: Record<string, Tensor>;
}

/** The pass in which a step learns, with the dropout of that step. */
export const learning = (client: Client, step: number, statistics: Pass['statistics']): Pass => ({
  training: true,
  dropoutSeed: (layer) => [seedAt(client.seed, 'dropout', layer), step],
  statistics,
});

function lossAndGradients(
  client: Client,
  batch: Batch,
  trained: readonly string[],
  onPhase: (phase: StepPhase) => void,
  loss: BatchLoss,
): StepResult {
  const { model } = client;
  const statistics: Record<string, Tensor> = {};
  const pass = learning(client, client.steps, (layer, mean, variance) => {
    statistics[`${layer}.mean`] = mean;
    statistics[`${layer}.variance`] = variance;
  });
  const trainable = model.parameters.filter(({ name }) => client.slots.has(name));
  const moving = trainable.filter(({ name }) => trained.includes(name));
  const { value, grads } = tf.tidy(() => {
    const read = ({ name, byRows }: Parameter) => {
      const own = variableOf(client, name);
      return byRows && batch.touched ? readRows(own, batch.touched.tensor) : own.borrow();
    };
    // What stays is a constant to the graph, so that no gradient is computed for it.
    const fixed = trainable.filter((parameter) => !moving.includes(parameter));
    const still = Object.fromEntries(fixed.map((parameter) => [parameter.name, read(parameter)]));
    const lossOf = (...tensors: Tensor[]) => {
      const values = { ...still, ...Object.fromEntries(moving.map(({ name }, i) => [name, tensors[i]])) };
      onPhase('forward');
      const logits = model.forward(values, batch, pass);
      onPhase('backward'); // the loss itself is a few numbers
      return loss(logits, batch).asScalar();
    };
    return tf.valueAndGrads(lossOf)(moving.map(read));
  });
  return {
    loss: value,
    gradients: Object.fromEntries(moving.map(({ name }, i) => [name, grads[i]])),
    statistics,
  };
}

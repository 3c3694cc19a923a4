import { bool, execute, executeEffect, integer, type } from '../execute';
import { kernelsInUse } from '../kernels';
import { type Tensor, tf } from '../tensorflow';
import { type Variable, variable } from '../variable';

export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Added to the gradient as `weightDecay · value` (coupled, as in the reference code of the baselines). */
  readonly weightDecay: number;
  /**
   * Which rows of an embedding table a step moves. `lazy`: those that the batch touches, so that a step takes as long
   * with ten ids as with a million. `dense`: all, as a plain Adam does; decay and momentum then move untouched rows, too.
   */
  readonly tables: 'lazy' | 'dense';
}

export const adamDefaults: AdamOptions = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 1e-6,
  tables: 'lazy',
};

/** A variable with its first and second moment. */
export interface Slot {
  readonly value: Variable;
  readonly first: Variable;
  readonly second: Variable;
}

/** A slot with moments of zero. `value` stays the caller's. */
export function slot(value: Tensor): Slot {
  const zeros = tf.zerosLike(value);
  const made = { value: variable(value), first: variable(zeros), second: variable(zeros) };
  zeros.dispose();
  return made;
}

export function disposeSlot(slot: Slot): void {
  for (const part of [slot.value, slot.first, slot.second]) part.dispose();
}

/** What one step does to one parameter. */
export interface AdamUpdate {
  readonly slot: Slot;
  /** In the shape of the value. */
  readonly gradient: Tensor;
  /** Steps of this parameter, counting from 1. */
  readonly step: number;
  /** A pull of strength `lambda` towards a value: `lambda · (value − towards)` is added to the gradient. */
  readonly pull?: { readonly lambda: number; readonly towards: Tensor };
}

/** The step's constants as PyTorch's Adam defines them. */
function corrections(options: AdamOptions, step: number) {
  const power1 = options.beta1 ** step;
  const power2 = options.beta2 ** step;
  // TensorFlow adds epsilon before it corrects the second moment; scaled like this both agree exactly.
  const epsilon = options.epsilon * Math.sqrt(1 - power2);
  return { power1, power2, epsilon, rate: (options.learningRate * Math.sqrt(1 - power2)) / (1 - power1) };
}

/** One Adam step on whole tensors, in place. */
export function adamStep(updates: readonly AdamUpdate[], options: AdamOptions): void {
  if (updates.length === 0) return;
  if (!kernelsInUse()) {
    for (const update of updates) adamOnTensorFlow(update, options);
    return;
  }
  tf.tidy(() => {
    const parts = (part: keyof Slot) => updates.map(({ slot }) => slot[part].writable());
    const values = parts('value');
    const towards = updates.map(({ pull }, i) => pull?.towards ?? values[i]);
    const constants = updates.flatMap(({ step, pull }) => kernelConstants(options, step, pull?.lambda));
    executeEffect(
      'PfAdam',
      [integer('N', updates.length)],
      [
        ...values,
        ...parts('first'),
        ...parts('second'),
        ...updates.map(({ gradient }) => gradient),
        ...towards,
        tf.tensor1d(constants),
      ],
    );
  });
}

/** In the order that lib/backend/native/adam.cc reads. */
function kernelConstants(options: AdamOptions, step: number, lambda = 0): number[] {
  const { rate, epsilon } = corrections(options, step);
  return [options.beta1, options.beta2, options.weightDecay, lambda, rate, epsilon];
}

function adamOnTensorFlow({ slot, gradient, step, pull }: AdamUpdate, options: AdamOptions): void {
  tf.tidy(() => {
    const whole = wholeGradient(gradient, slot.value.borrow(), options, pull);
    const { power1, power2, epsilon } = corrections(options, step);
    const constants = [power1, power2, options.learningRate, options.beta1, options.beta2, epsilon];
    slot.value.change((value) =>
      slot.first.change((first) =>
        slot.second.change((second) =>
          executeEffect(
            'ResourceApplyAdam',
            [type('T', 'float32'), bool('use_locking', false), bool('use_nesterov', false)],
            [value, first, second, ...constants.map((constant) => tf.scalar(constant)), whole],
          ),
        ),
      ),
    );
  });
}

/** What {@link adamStep} computes, from and to plain tensors: returns value, first and second moment. */
export function adamStepPortable(
  value: Tensor,
  first: Tensor,
  second: Tensor,
  { gradient, step, pull }: Omit<AdamUpdate, 'slot'>,
  options: AdamOptions,
): [Tensor, Tensor, Tensor] {
  const { rate, epsilon } = corrections(options, step);
  const whole = wholeGradient(gradient, value, options, pull);
  const nextFirst = tf.add(tf.mul(first, options.beta1), tf.mul(whole, 1 - options.beta1));
  const nextSecond = tf.add(tf.mul(second, options.beta2), tf.mul(tf.square(whole), 1 - options.beta2));
  const move = tf.div(tf.mul(nextFirst, rate), tf.add(tf.sqrt(nextSecond), epsilon));
  return [tf.sub(value, move), nextFirst, nextSecond];
}

/** The gradient with weight decay and pull, which are added here and not through the graph. */
function wholeGradient(
  gradient: Tensor,
  value: Tensor,
  { weightDecay }: AdamOptions,
  pull: AdamUpdate['pull'],
): Tensor {
  const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(value, weightDecay));
  return pull ? tf.add(decayed, tf.mul(tf.sub(value, pull.towards), pull.lambda)) : decayed;
}

/**
 * One lazy Adam step on some rows of a table, in place: the other rows and their moments stay as they are.
 *
 * Dense Adam would move every row at every step, and weight decay alone would pull rows that no batch touches
 * to zero by a full learning rate a step. The bias correction counts the table's steps, as in LazyAdam [choice].
 *
 * @param rows indices `[touched]`, each once
 * @param update its gradient is `[touched, width]`
 */
export function adamRowStep(rows: Tensor, { slot, gradient, step }: AdamUpdate, options: AdamOptions): void {
  tf.tidy(() => {
    const parts = [slot.value, slot.first, slot.second];
    if (kernelsInUse()) {
      const constants = tf.tensor1d(kernelConstants(options, step));
      executeEffect('PfAdamRows', [], [...parts.map((part) => part.writable()), rows, gradient, constants]);
      return;
    }
    const [value, first, second] = parts.map((part) => readRows(part, rows));
    const next = adamStepPortable(value, first, second, { gradient, step }, options);
    parts.forEach((part, i) => {
      part.change((handle) =>
        executeEffect(
          'ResourceScatterUpdate',
          [type('dtype', 'float32'), type('Tindices', 'int32')],
          [handle, rows, next[i]],
        ),
      );
    });
  });
}

/** Some rows of a table: `[rows, width]` at `[touched]` → `[touched, width]`. */
export function readRows(table: Variable, rows: Tensor): Tensor {
  if (kernelsInUse()) return execute('PfGatherRows', [], [table.borrow(), rows]);
  return tf.tidy(() =>
    execute(
      'GatherV2',
      [type('Tparams', 'float32'), type('Tindices', 'int32'), type('Taxis', 'int32'), integer('batch_dims', 0)],
      [table.borrow(), rows, tf.scalar(0, 'int32')],
    ),
  );
}

/** Moves every variable a share of the way to its aim, in place: running statistics. */
export function moveTowards(pairs: readonly (readonly [Variable, Tensor])[], share: number): void {
  if (pairs.length === 0) return;
  tf.tidy(() => {
    if (kernelsInUse()) {
      const values = pairs.map(([variable]) => variable.writable());
      const aims = pairs.map(([, aim]) => aim);
      executeEffect('PfMoveTowards', [integer('N', pairs.length)], [...values, ...aims, tf.scalar(share)]);
      return;
    }
    for (const [variable, aim] of pairs) {
      const value = variable.borrow();
      variable.assign(tf.add(value, tf.mul(tf.sub(aim.reshape(value.shape), value), share)));
    }
  });
}

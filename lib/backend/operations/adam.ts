import { bool, execute, executeEffect, type } from '../execute';
import { type Tensor, tf } from '../tensorflow';
import { type Variable, variable } from '../variable';

export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Added to the gradient as `weightDecay · value` (coupled, as in the reference code of the baselines). */
  readonly weightDecay: number;
}

export const adamDefaults: AdamOptions = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 1e-6,
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

/** The step's constants as PyTorch's Adam defines them, shared by all parameters of a step. */
function corrections(options: AdamOptions, step: number) {
  const power1 = options.beta1 ** step;
  const power2 = options.beta2 ** step;
  // TensorFlow adds epsilon before it corrects the second moment; scaled like this both agree exactly.
  return { power1, power2, epsilon: options.epsilon * Math.sqrt(1 - power2) };
}

/** One Adam step on a whole tensor, in place. `step` counts from 1. */
export function adamStep(slot: Slot, gradient: Tensor, options: AdamOptions, step: number): void {
  tf.tidy(() => {
    const { power1, power2, epsilon } = corrections(options, step);
    // The value is let go before the update: a value that somebody still holds would be copied first.
    const decayed =
      options.weightDecay === 0 ? gradient : tf.tidy(() => withDecay(gradient, slot.value.read(), options));
    const constants = [power1, power2, options.learningRate, options.beta1, options.beta2, epsilon];
    executeEffect(
      'ResourceApplyAdam',
      [type('T', 'float32'), bool('use_locking', false), bool('use_nesterov', false)],
      [
        slot.value.handle,
        slot.first.handle,
        slot.second.handle,
        ...constants.map((constant) => tf.scalar(constant)),
        decayed,
      ],
    );
  });
}

/** What {@link adamStep} computes, from and to plain tensors: returns value, first and second moment. */
export function adamStepPortable(
  value: Tensor,
  first: Tensor,
  second: Tensor,
  gradient: Tensor,
  options: AdamOptions,
  step: number,
): [Tensor, Tensor, Tensor] {
  const { power1, power2, epsilon } = corrections(options, step);
  const decayed = withDecay(gradient, value, options);
  const nextFirst = tf.add(tf.mul(first, options.beta1), tf.mul(decayed, 1 - options.beta1));
  const nextSecond = tf.add(tf.mul(second, options.beta2), tf.mul(tf.square(decayed), 1 - options.beta2));
  const rate = (options.learningRate * Math.sqrt(1 - power2)) / (1 - power1);
  const move = tf.div(tf.mul(nextFirst, rate), tf.add(tf.sqrt(nextSecond), epsilon));
  return [tf.sub(value, move), nextFirst, nextSecond];
}

/**
 * One lazy Adam step on some rows of a table, in place: the other rows and their moments stay as they are.
 *
 * Dense Adam would move every row at every step, and weight decay alone would pull rows that no batch touches
 * to zero by a full learning rate a step. The bias correction counts the table's steps, as in LazyAdam [choice].
 *
 * @param rows indices `[touched]`, each once
 * @param gradient `[touched, width]`
 */
export function adamRowStep(slot: Slot, rows: Tensor, gradient: Tensor, options: AdamOptions, step: number): void {
  tf.tidy(() => {
    const [value, first, second] = [slot.value, slot.first, slot.second].map((part) => readRows(part, rows));
    const next = adamStepPortable(value, first, second, gradient, options, step);
    [slot.value, slot.first, slot.second].forEach((part, i) => {
      executeEffect(
        'ResourceScatterUpdate',
        [type('dtype', 'float32'), type('Tindices', 'int32')],
        [part.handle, rows, next[i]],
      );
    });
  });
}

/** Some rows of a table: `[rows, width]` at `[touched]` → `[touched, width]`. */
export function readRows(table: Variable, rows: Tensor): Tensor {
  return execute(
    'ResourceGather',
    [type('dtype', 'float32'), type('Tindices', 'int32'), bool('validate_indices', true)],
    [table.handle, rows],
  );
}

const withDecay = (gradient: Tensor, value: Tensor, options: AdamOptions): Tensor =>
  tf.add(gradient, tf.mul(value, options.weightDecay));

import * as assert from 'uvu/assert';
import { permutation } from '../../lib/backend/random';
import { tf } from '../../lib/backend/tensorflow';
import { type CombinationChoice, type CombinationName, combinations } from '../../lib/multitask/combinations';
import { type TriedCombination, type TriedStep, tryCombination } from '../../lib/multitask/try-combination';

export type Vector = readonly number[];
export type Vectors = readonly Vector[];

export const inner = (x: Vector, y: Vector) => x.reduce((sum, value, k) => sum + value * y[k], 0);
export const norm = (x: Vector) => Math.sqrt(inner(x, x));
export const plus = (x: Vector, y: Vector, factor = 1) => x.map((value, k) => value + factor * y[k]);
export const times = (x: Vector, factor: number) => x.map((value) => value * factor);
export const total = (x: Vector) => x.reduce((sum, value) => sum + value, 0);

export const close = (actual: number, wanted: number, tolerance = 1e-9, what = 'value') =>
  assert.ok(Math.abs(actual - wanted) <= tolerance, `${what}: ${actual} against ${wanted}`);
export const allClose = (actual: Vector, wanted: Vector, tolerance = 1e-9) => {
  assert.is(actual.length, wanted.length);
  actual.forEach((value, k) => {
    close(value, wanted[k], tolerance, `number ${k}`);
  });
};

/** Gradients evenly spread between −1 and 1, the first ones longest. */
export const spread = (tasks: number, numbers: number, seed: number): Vectors =>
  Array.from({ length: tasks }, (_, t) =>
    Array.from(permutation(numbers, 100 * seed + t), (place) => ((2 * place + 1) / numbers - 1) * (tasks - t)),
  );
export const samples = [2, 3, 4, 5].flatMap((tasks) => [1, 2, 3, 4].map((seed) => spread(tasks, 8, seed)));

/** Several steps with the same gradients; returns each. */
export function repeated(
  choice: CombinationChoice,
  gradients: Vectors,
  steps: readonly TriedStep[],
): TriedCombination[] {
  const tried: TriedCombination[] = [];
  for (const step of steps) tried.push(tryCombination(choice, gradients, step, tried[tried.length - 1]));
  return tried;
}

export const every = Object.keys(combinations) as CombinationName[];
export const dispose = ({ state }: TriedCombination) => tf.dispose(Object.values(state.tensors));

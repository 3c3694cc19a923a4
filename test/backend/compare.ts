import * as assert from 'uvu/assert';
import { withKernels } from '../../lib/backend/kernels';
import { type Tensor, tf } from '../../lib/backend/tensorflow';

/** Normal numbers that a seed decides. */
export const random = (shape: number[], seed: number): Tensor => tf.randomNormal(shape, 0, 1, 'float32', seed);

type Operation = (...inputs: never[]) => Tensor;

/** Value and every gradient of an operation, its result weighted by fixed random numbers. */
function valueAndGradients(inputs: Tensor[], operation: Operation): Float32Array[] {
  return tf.tidy(() => {
    const weighted = (...x: Tensor[]) => {
      const y = operation(...(x as never[]));
      return tf.sum(tf.mul(y, random(y.shape, 5)));
    };
    const all = [operation(...(inputs as never[])), ...tf.grads(weighted)(inputs)];
    return all.map((tensor) => tensor.dataSync() as Float32Array);
  });
}

/** Asserts that two lists of numbers are equal within a share of the largest. */
export function near(actual: ArrayLike<number>, wanted: ArrayLike<number>, share: number, what: string): void {
  assert.is(actual.length, wanted.length, `${what}: length`);
  const size = Array.from(wanted).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  for (let i = 0; i < wanted.length; i++) {
    assert.ok(Math.abs(actual[i] - wanted[i]) <= share * size, `${what}, ${i}: ${actual[i]} against ${wanted[i]}`);
  }
}

/**
 * Asserts that an operation, by the library's kernels and by TensorFlow's operations, gives the values and gradients of
 * its portable twin, and that its gradients are slopes.
 *
 * @param smooth false where an input is near a kink of the operation, so that no slope can be measured
 */
export function agree(inputs: Tensor[], fast: Operation, portable: Operation, smooth = true): void {
  const wanted = valueAndGradients(inputs, portable);
  for (const kernels of [true, false]) {
    const found = withKernels(kernels, () => valueAndGradients(inputs, fast));
    found.forEach((values, part) => {
      near(values, wanted[part], 2e-5, `part ${part}, kernels ${kernels}`);
    });
  }
  if (smooth) withKernels(true, () => slopes(inputs, fast));
}

/** Asserts that gradients are slopes: central differences, extrapolated to a step of 0 and summed in double precision. */
function slopes(inputs: Tensor[], operation: Operation): void {
  const [, ...gradients] = valueAndGradients(inputs, operation);
  inputs.forEach((input, part) => {
    const values = input.dataSync() as Float32Array;
    const size = Math.max(...gradients[part].map(Math.abs), 1e-6);
    for (const entry of new Set([0, values.length >> 1, values.length - 1])) {
      if (values.length === 0) continue;
      const rise = (step: number) => {
        const at = (move: number) => {
          const moved = Float32Array.from(values);
          moved[entry] += move;
          return weightedSum(
            [...inputs.slice(0, part), tf.tensor(moved, input.shape), ...inputs.slice(part + 1)],
            operation,
          );
        };
        return (at(step) - at(-step)) / (2 * step);
      };
      const slope = (4 * rise(0.03125) - rise(0.0625)) / 3;
      assert.ok(
        Math.abs(slope - gradients[part][entry]) < 5e-4 * size,
        `input ${part}, ${entry}: slope ${slope}, gradient ${gradients[part][entry]}`,
      );
    }
  });
}

function weightedSum(inputs: Tensor[], operation: Operation): number {
  const [y, weights] = tf.tidy(() => {
    const y = operation(...(inputs as never[]));
    return [y.dataSync() as Float32Array, random(y.shape, 5).dataSync()];
  });
  return y.reduce((sum, value, i) => sum + value * weights[i], 0);
}

import { type Tensor, tf } from '../tensorflow';

/** Gradients that a backward pass made for the operation before it, and that nobody else reads. */
const passedOn = new WeakSet<Tensor>();

/**
 * An operation with a gradient of its own.
 *
 * What the backward pass has read is let go at once and not at its end, so that the memory of activations is free again
 * for their gradients.
 *
 * @param forward computes the result and names the tensors that the backward pass needs
 * @param backward one new gradient per input, from the gradient of the result and the kept tensors; it may call `letGo`
 *   when it no longer needs the gradient of the result
 */
export function withGradient(
  inputs: Tensor[],
  forward: (...inputs: Tensor[]) => { value: Tensor; kept: Tensor[] },
  backward: (dy: Tensor, kept: Tensor[], letGo: () => void) => Tensor[],
): Tensor {
  const run = tf.customGrad((...given) => {
    const keep = given.pop() as unknown as (tensors: Tensor[]) => void;
    const { value, kept } = forward(...(given as Tensor[]));
    keep(kept);
    const gradFunc = (gradient: Tensor | Tensor[], saved: Tensor[]) => {
      const dy = gradient as Tensor;
      // The gradient that a caller of tf.grads gives stays the caller's.
      const letGo = () => {
        if (passedOn.has(dy)) dy.dispose();
      };
      const results = tf.tidy(() => backward(dy, saved, letGo));
      letGo();
      tf.dispose(saved);
      for (const result of results) passedOn.add(result);
      return results;
    };
    return { value, gradFunc };
  });
  return run(...inputs);
}

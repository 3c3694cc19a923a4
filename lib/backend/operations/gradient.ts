import { type Tensor, tf } from '../tensorflow';

/**
 * An operation with a gradient of its own.
 *
 * @param forward computes the result and names the tensors that the backward pass needs
 * @param backward one gradient per input, from the gradient of the result and the kept tensors
 */
export function withGradient(
  inputs: Tensor[],
  forward: (...inputs: Tensor[]) => { value: Tensor; kept: Tensor[] },
  backward: (dy: Tensor, kept: Tensor[]) => Tensor[],
): Tensor {
  const run = tf.customGrad((...given) => {
    const keep = given.pop() as unknown as (tensors: Tensor[]) => void;
    const { value, kept } = forward(...(given as Tensor[]));
    keep(kept);
    return { value, gradFunc: (dy, saved) => tf.tidy(() => backward(dy as Tensor, saved)) };
  });
  return run(...inputs);
}

import { executeMany, integer } from '../execute';
import { kernelsInUse } from '../kernels';
import { type Tensor, tf } from '../tensorflow';
import { lengthsAround } from './sums';

/** One number per client and expert, `[clients][experts]`. */
type PerExpert = readonly (readonly number[])[];

/** What {@link offers} combines. */
export interface OfferInputs {
  /** Movements of the clients, tensors of one shape. */
  readonly moves: readonly Tensor[];
  /** What each client starts from, in the same shape. */
  readonly bases: readonly Tensor[];
  /** The axis that numbers the experts. */
  readonly expertAxis: number;
  /** Share of each movement in the common direction. */
  readonly shares: PerExpert;
  /** How much of a client's own movement is taken off the direction that it is offered. */
  readonly less: PerExpert;
  /** How much of its offer a client takes. */
  readonly rates: PerExpert;
}

/**
 * Per expert, what every client is offered, Σ_j share_j · move_j − less_i · move_i, and what it makes of it,
 * base_i + rate_i · offer_i. One pass over all tensors; for the server, without a gradient.
 */
export function offers(inputs: OfferInputs): { offers: Tensor[]; next: Tensor[] } {
  if (!kernelsInUse()) return offersPortable(inputs);
  const { moves, bases, expertAxis, shares, less, rates } = inputs;
  const count = moves.length;
  const [, , inner] = lengthsAround(moves[0].shape, expertAxis);
  const all = tf.tidy(() => {
    const numbers = [shares, less, rates].map((table) => tf.tensor2d(table.map((row) => [...row])));
    return executeMany(
      'PfOffers',
      [integer('N', count), integer('inner', inner)],
      [...moves, ...bases, ...numbers],
      2 * count,
    );
  });
  return { offers: all.slice(0, count), next: all.slice(count) };
}

/** What {@link offers} computes, in plain TensorFlow.js. */
export function offersPortable(inputs: OfferInputs): { offers: Tensor[]; next: Tensor[] } {
  const { moves, bases, expertAxis, shares, less, rates } = inputs;
  const shape = moves[0].shape.map((length, axis) => (axis === expertAxis ? length : 1));
  const scaled = (x: Tensor, factors: readonly number[]) => tf.mul(x, tf.tensor([...factors], shape));
  // One after another: all clients' tensors at once would need several times their memory.
  const added = (sum: Tensor, x: Tensor) => {
    const next = tf.add(sum, x);
    tf.dispose([sum, x]);
    return next;
  };
  return tf.tidy(() => {
    const direction = moves
      .map((move, i) => () => scaled(move, shares[i]))
      .reduce((sum, make) => added(sum, make()), tf.scalar(0) as Tensor);
    const made = moves.map((move, i) => tf.tidy(() => tf.sub(direction, scaled(move, less[i]))));
    return { offers: made, next: made.map((one, i) => tf.tidy(() => tf.add(bases[i], scaled(one, rates[i])))) };
  });
}

import { withGradient } from '../../backend/operations/gradient';
import { type Tensor, type Tensor2D, tf } from '../../backend/tensorflow';
import type { TaskKind } from './task';

/** Weight of uniformity beside alignment; the DirectAU paper tunes it between 0.2 and 10 [memory]. */
const GAMMA = 1;

/** Added to a squared length, so that a vector of zeros has a direction's gradient that is a number. */
const LEAST = 1e-12;

/**
 * Alignment and uniformity, DirectAU (Wang, Yu, Ma et al., KDD 2022), PMTRec's first task on Amazon Office [paper]. With
 * ẽ = e/‖e‖ over the users and items of a batch's interactions:
 * mean ‖ẽ_u − ẽ_i‖² + γ ½ (log mean exp(−2 ‖ẽ_u − ẽ_u'‖²) + the same of items), over all pairs of rows of the batch [memory].
 * A user who occurs twice stands in it twice. γ = {@link GAMMA} [choice].
 *
 * A constant is added that makes 0 the least possible loss, for methods that read losses [choice].
 */
export const directAu: TaskKind = {
  about: 'Users near their items, and both spread over the sphere.',
  missing: () => undefined,
  make: ({ users }) => ({
    name: 'direct-au',
    parameters: [],
    sample: (batch) => ({ roles: [batch.users, batch.items.map((item) => users + item)] }),
    loss([user, item]) {
      const [u, i] = [unitRows(user), unitRows(item)];
      const alignment = tf.mean(tf.sum(tf.squaredDifference(u, i), 1));
      if (u.shape[0] < 2) return alignment; // no pair to keep apart
      return tf.add(alignment, tf.mul(tf.add(spread(u), spread(i)), GAMMA / 2));
    },
  }),
};

const squaredLengths = (x: Tensor): Tensor => tf.sum(tf.square(x), -1);

const unitRows = (x: Tensor2D): Tensor2D => tf.div(x, tf.sqrt(tf.add(squaredLengths(x), LEAST)).expandDims(1));

/**
 * How far unit rows are from being spread evenly: log of the mean of exp(−2 ‖x_a − x_b‖²) over pairs a ≠ b, above its
 * lower bound. `[rows, width]` → scalar, at least 0.
 *
 * With ‖x_a − x_b‖² = 2 − 2 x_a · x_b it needs one product of rows by rows, and as many for the gradient.
 */
export function spread(x: Tensor2D): Tensor {
  const rows = x.shape[0];
  // The mean of x_a · x_b over pairs is at least −1/(rows − 1), and the exponential is convex.
  const least = -4 - 4 / (rows - 1);
  return withGradient(
    [x],
    (x) => {
      const near = tf.exp(tf.matMul(tf.mul(x, 4) as Tensor2D, x as Tensor2D, false, true));
      const itself = tf.exp(tf.mul(squaredLengths(x), 4));
      const sum = tf.sub(tf.sum(near), tf.sum(itself));
      return { value: tf.add(tf.log(sum), -Math.log(rows * (rows - 1)) - 4 - least), kept: [x, near, itself, sum] };
    },
    (dy, [x, near, itself, sum]) => {
      const others = tf.sub(tf.matMul(near as Tensor2D, x as Tensor2D), tf.mul(x, itself.expandDims(1)));
      return [tf.mul(others, tf.div(tf.mul(dy, 8), sum))];
    },
  );
}

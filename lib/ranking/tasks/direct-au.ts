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
      return tf.add(alignment, tf.mul(tf.add(uniformity(u), uniformity(i)), GAMMA / 2));
    },
  }),
};

const squaredLengths = (x: Tensor): Tensor => tf.sum(tf.square(x), -1);

const unitRows = (x: Tensor2D): Tensor2D => tf.div(x, tf.sqrt(tf.add(squaredLengths(x), LEAST)).expandDims(1));

/** log of the mean of exp(−2 ‖x_a − x_b‖²) over pairs a ≠ b of unit rows: `[rows, width]` → scalar. */
function uniformity(x: Tensor2D): Tensor {
  const rows = x.shape[0];
  // ‖x_a − x_b‖² = 2 − 2 x_a · x_b, so that no [rows, rows, width] is needed.
  const near = (cosines: Tensor) => tf.exp(tf.sub(tf.mul(cosines, 4), 4));
  const all = tf.sum(near(tf.matMul(x, x, false, true)));
  const itself = tf.sum(near(squaredLengths(x)));
  return tf.log(tf.div(tf.sub(all, itself), rows * (rows - 1)));
}

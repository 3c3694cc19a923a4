import { type Tensor, type Tensor2D, tf } from '../../backend/tensorflow';

/** Mean of −log σ(a · b − a · c) over rows: b is to stand above c for a. Three times `[rows, width]` → scalar. */
export function pairwiseLoss(anchors: Tensor2D, linked: Tensor2D, others: Tensor2D): Tensor {
  const ahead = tf.sum(tf.mul(anchors, tf.sub(linked, others)), 1);
  return tf.mean(tf.softplus(tf.neg(ahead)));
}

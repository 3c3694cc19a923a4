import { bool, execute, executeMany, float, text, type } from '../execute';
import { type Tensor, type Tensor2D, tf } from '../tensorflow';
import { withGradient } from './gradient';

/** Added to the variance, as in PyTorch. */
export const NORM_EPSILON = 1e-5;

const normAttributes = [
  type('T', 'float32'),
  type('U', 'float32'),
  float('epsilon', NORM_EPSILON),
  text('data_format', 'NHWC'),
  bool('is_training', true),
];

/** Dropout keeps or drops by 8-bit draws, so a rate is used as the nearest multiple of 1/256. */
export const usedRate = (rate: number): number => Math.round(rate * 256) / 256;

export interface Dropout {
  /** Share of units set to 0, 0 for none. */
  readonly rate: number;
  /** Two 31-bit integers that name the draw. */
  readonly seed: readonly [number, number];
}

/** Mean and variance (with Bessel's correction) of a batch, `[units]` each. The receiver disposes of them. */
export type Statistics = (mean: Tensor, variance: Tensor) => void;

/**
 * Batch normalisation with the batch's own statistics, ReLU and dropout: `[batch, units]` → `[batch, units]`.
 *
 * One fused operation normalises; dropout's factor 1/(1 − rate) is folded into scale and shift (ReLU allows it);
 * and the backward pass needs no mask, because a unit whose output is 0 was either inactive or dropped.
 *
 * @param statistics receives the batch's statistics, for the running ones
 */
export function normReluDropout(
  x: Tensor2D,
  scale: Tensor,
  shift: Tensor,
  dropout: Dropout,
  statistics: Statistics,
): Tensor2D {
  const rate = usedRate(dropout.rate);
  const gain = 1 / (1 - rate);
  const [batch, units] = x.shape;
  const image = [batch, 1, 1, units]; // the fused operation knows pictures only

  return withGradient(
    [x, scale, shift],
    (x, scale, shift) => {
      const gained = tf.mul(scale, gain);
      const [normed, mean, variance, ...reserved] = executeMany(
        'FusedBatchNormV3',
        [...normAttributes, float('exponential_avg_factor', 1)],
        [x.reshape(image), gained, tf.mul(shift, gain), tf.tensor1d([]), tf.tensor1d([])],
        6,
      );
      statistics(tf.keep(mean), tf.keep(variance));
      const active = execute('Relu', [type('T', 'float32')], [normed]);
      const value = rate === 0 ? active : tf.mul(active, keepMask(image, rate, dropout.seed));
      return { value: value.reshape([batch, units]), kept: [x, gained, value, ...reserved] };
    },
    (dy, [x, gained, value, ...reserved]) => {
      const through = execute('ReluGrad', [type('T', 'float32')], [dy.reshape(image), value]);
      const inputs = [through, x.reshape(image), gained, ...reserved];
      const [dx, dScale, dShift] = executeMany('FusedBatchNormGradV3', normAttributes, inputs, 5);
      return [dx.reshape([batch, units]), tf.mul(dScale, gain), tf.mul(dShift, gain)];
    },
  ) as Tensor2D;
}

/** What {@link normReluDropout} computes, in plain TensorFlow.js (its dropout draws the same mask). */
export function normReluDropoutPortable(
  x: Tensor2D,
  scale: Tensor,
  shift: Tensor,
  dropout: Dropout,
  statistics: Statistics,
): Tensor2D {
  const rate = usedRate(dropout.rate);
  const { mean, variance } = tf.moments(x, 0);
  const batch = x.shape[0];
  statistics(tf.keep(mean.clone()), tf.keep(tf.mul(variance, batch / Math.max(1, batch - 1))));
  const normed = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, NORM_EPSILON)));
  const active = tf.relu(tf.add(tf.mul(normed, scale), shift));
  if (rate === 0) return active as Tensor2D;
  return tf.mul(active, tf.div(keepMask([...x.shape], rate, dropout.seed), 1 - rate));
}

/** The same layer when predicting: running statistics, no dropout. `[batch, units]` → `[batch, units]`. */
export function normRelu(x: Tensor2D, scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor): Tensor2D {
  return tf.tidy(() => {
    const slope = tf.mul(scale, tf.rsqrt(tf.add(variance, NORM_EPSILON)));
    return tf.relu(tf.add(tf.mul(x, slope), tf.sub(shift, tf.mul(mean, slope)))) as Tensor2D;
  });
}

/** 1 where a unit is kept and 0 where it is dropped. One 32-bit draw decides four units. */
function keepMask(shape: number[], rate: number, seed: readonly [number, number]): Tensor {
  return tf.tidy(() => {
    const size = shape.reduce((product, length) => product * length, 1);
    const words = execute(
      'StatelessRandomUniformFullInt',
      [type('T', 'int32'), type('Tseed', 'int32'), type('dtype', 'int32')],
      [tf.tensor1d([Math.ceil(size / 4)], 'int32'), tf.tensor1d([...seed], 'int32')],
    );
    const bytes = execute('Bitcast', [type('T', 'int32'), type('type', 'uint8')], [words]);
    const threshold = execute(
      'Cast',
      [type('SrcT', 'int32'), type('DstT', 'uint8'), bool('Truncate', false)],
      [tf.scalar(rate * 256, 'int32')],
    );
    const kept = execute('GreaterEqual', [type('T', 'uint8')], [bytes, threshold]);
    const flat = tf.cast(kept, 'float32').reshape([-1]);
    return (size % 4 === 0 ? flat : tf.slice(flat, 0, size)).reshape(shape);
  });
}

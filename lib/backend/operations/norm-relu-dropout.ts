import { bool, execute, executeMany, float, integer, text, type } from '../execute';
import { kernelsInUse } from '../kernels';
import { type Tensor, type Tensor2D, tf } from '../tensorflow';
import { withGradient } from './gradient';

/** Added to the variance, as in PyTorch. */
export const NORM_EPSILON = 1e-5;

/** Dropout keeps or drops by 8-bit draws, so a rate is used as the nearest multiple of 1/256. */
export const usedRate = (rate: number): number => Math.round(rate * 256) / 256;

export interface Dropout {
  /** Share of units set to 0, 0 for none. */
  readonly rate: number;
  /** Two 31-bit integers that name the draw. */
  readonly seed: readonly [number, number];
}

/** Mean and variance (with Bessel's correction) of a batch, `[groups × units]` each. The receiver disposes of them. */
export type Statistics = (mean: Tensor, variance: Tensor) => void;

/**
 * Batch normalisation with the batch's own statistics, ReLU and dropout, for one or several groups (experts, towers).
 *
 * With a scale `[units]`: `[batch, units]` → the same shape. With a scale `[…groups, units]`: what one linear map for
 * all groups gives, `[batch, groups × units]`, or what {@link groupedLinear} gives, `[groups, batch, units]` → the latter.
 *
 * Dropout's factor 1/(1 − rate) is folded into scale and shift (ReLU allows it), and the backward pass needs no mask,
 * because a unit whose output is 0 was either inactive or dropped. A mask depends on its seed and on the places of
 * a `[batch, groups × units]` matrix, whatever computes it.
 *
 * @param statistics receives the batch's statistics, for the running ones
 */
export function normReluDropout(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  dropout: Dropout,
  statistics: Statistics,
): Tensor {
  if (!kernelsInUse()) return onTensorFlow(x, scale, shift, dropout, statistics);
  const attributes = [integer('threshold', Math.round(dropout.rate * 256)), ...layoutAttributes(x, scale)];
  return withGradient(
    [x, scale, shift],
    (x, scale, shift) => {
      const inputs = [x, scale, shift, tf.tensor1d([...dropout.seed], 'int32')];
      const [value, mean, variance, inverse] = executeMany('PfNormReluDropout', attributes, inputs, 4);
      statistics(tf.keep(mean.clone()), tf.keep(variance));
      return { value, kept: [value, x, scale, mean, inverse] };
    },
    (dy, [value, x, scale, mean, inverse]) => {
      const inputs = [dy, value, x, scale, mean, inverse];
      return executeMany('PfNormReluDropoutGradient', attributes, inputs, 3);
    },
  );
}

/** Groups and where they stand, before and after. */
function layoutAttributes(x: Tensor, scale: Tensor) {
  const groups = groupsOf(scale);
  return [integer('groups', groups), bool('grouped_input', x.rank === 3), bool('grouped_output', scale.rank > 1)];
}

const groupsOf = (scale: Tensor): number => scale.shape.slice(0, -1).reduce((product, length) => product * length, 1);

/** Between `[batch, groups × units]` and `[groups, batch, units]`. */
function sideBySide(x: Tensor): Tensor2D {
  if (x.rank === 2) return x as Tensor2D;
  return tf.transpose(x, [1, 0, 2]).reshape([x.shape[1] as number, -1]) as Tensor2D;
}
function likeScale(x: Tensor2D, scale: Tensor): Tensor {
  if (scale.rank === 1) return x;
  return tf.transpose(x.reshape([x.shape[0], groupsOf(scale), -1]), [1, 0, 2]);
}

/** By TensorFlow's own fused operation: what runs on a GPU. */
function onTensorFlow(x: Tensor, scale: Tensor, shift: Tensor, dropout: Dropout, statistics: Statistics): Tensor {
  const rate = usedRate(dropout.rate);
  const gain = 1 / (1 - rate);
  const flat = sideBySide(x);
  const [batch, units] = flat.shape;
  const image = [batch, 1, 1, units]; // the fused operation knows pictures only
  const attributes = [
    type('T', 'float32'),
    type('U', 'float32'),
    float('epsilon', NORM_EPSILON),
    text('data_format', 'NHWC'),
    bool('is_training', true),
  ];
  const result = withGradient(
    [flat, scale.flatten(), shift.flatten()],
    (x, scale, shift) => {
      const gained = tf.mul(scale, gain);
      const [normed, mean, variance, ...reserved] = executeMany(
        'FusedBatchNormV3',
        [...attributes, float('exponential_avg_factor', 1)],
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
      const [dx, dScale, dShift] = executeMany('FusedBatchNormGradV3', attributes, inputs, 5);
      return [dx.reshape([batch, units]), tf.mul(dScale, gain), tf.mul(dShift, gain)];
    },
  );
  return likeScale(result as Tensor2D, scale);
}

/** What {@link normReluDropout} computes, in plain TensorFlow.js (its dropout draws the same mask). */
export function normReluDropoutPortable(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  dropout: Dropout,
  statistics: Statistics,
): Tensor {
  const rate = usedRate(dropout.rate);
  const flat = sideBySide(x);
  const { mean, variance } = tf.moments(flat, 0);
  const batch = flat.shape[0];
  statistics(tf.keep(mean.clone()), tf.keep(tf.mul(variance, batch / Math.max(1, batch - 1))));
  const normed = tf.mul(tf.sub(flat, mean), tf.rsqrt(tf.add(variance, NORM_EPSILON)));
  const active = tf.relu(tf.add(tf.mul(normed, scale.flatten()), shift.flatten()));
  if (rate === 0) return likeScale(active as Tensor2D, scale);
  const kept = tf.mul(active, tf.div(keepMask([...flat.shape], rate, dropout.seed), 1 - rate));
  return likeScale(kept as Tensor2D, scale);
}

/** The same layer when predicting: running statistics `[groups × units]` or in the scale's shape, no dropout. */
export function normRelu(x: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor): Tensor {
  return tf.tidy(() => {
    const slope = tf.mul(scale, tf.rsqrt(tf.add(variance.reshape(scale.shape), NORM_EPSILON)));
    if (kernelsInUse()) return execute('PfNormRelu', layoutAttributes(x, scale), [x, mean, slope, shift]);
    const flat = tf.mul(tf.sub(sideBySide(x), mean.flatten()), slope.flatten());
    return likeScale(tf.relu(tf.add(flat, shift.flatten())) as Tensor2D, scale);
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

import { propagate } from '../../backend/operations/propagate';
import { type Tensor2D, tf } from '../../backend/tensorflow';
import { type Parameter, xavierStart } from '../../models/parameter';
import { type Encoder, type EncoderSizes, nodeTable } from './encoder';

/** Slope of LeakyReLU below 0: TensorFlow's default, which the authors' code uses; the paper names none. */
const SLOPE = 0.2;

/**
 * NGCF (Wang, He, Wang, Feng and Chua, SIGIR 2019): with Â = D^-½ A D^-½,
 * E⁽ˡ⁺¹⁾ = LeakyReLU((Â + I) E⁽ˡ⁾ W₁ + (Â E⁽ˡ⁾ ⊙ E⁽ˡ⁾) W₂), and a vector is all layers side by side, the table first
 * [paper].
 *
 * All layers are as wide as the table. No dropout of messages and no scaling of layers to unit length, which the authors'
 * code adds [choice].
 */
export function ngcf(sizes: EncoderSizes): Encoder {
  const { width } = sizes;
  const weight = (name: string): Parameter => ({
    name,
    group: 'propagation',
    shape: [width, width],
    initial: xavierStart(width, width),
  });
  const layers = Array.from({ length: sizes.layers }, (_, layer) => [`sum/${layer}`, `product/${layer}`] as const);
  return {
    name: 'ngcf',
    parameters: [nodeTable(sizes), ...layers.flat().map(weight)],
    reads: 'graph',
    encode(values, graph) {
      const all = [values.nodes as Tensor2D];
      for (const [sum, product] of layers) {
        const own = all[all.length - 1];
        const around = propagate(own, graph);
        const linear = tf.matMul(tf.add(around, own), values[sum] as Tensor2D);
        const bilinear = tf.matMul(tf.mul(around, own), values[product] as Tensor2D);
        all.push(tf.leakyRelu(tf.add(linear, bilinear) as Tensor2D, SLOPE));
      }
      return tf.concat(all, 1);
    },
  };
}

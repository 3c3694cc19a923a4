import type { Tensor2D } from '../../backend/tensorflow';
import { type Encoder, type EncoderSizes, nodeTable } from './encoder';

/**
 * Matrix factorisation as the BPR paper uses it (Rendle, Freudenthaler, Gantner and Schmidt-Thieme, UAI 2009): a vector is
 * the row of its user or item, and a score their inner product. Without biases, as in PMTRec's score e_u · e_i [paper].
 */
export function matrixFactorisation(sizes: EncoderSizes): Encoder {
  return {
    name: 'mf',
    parameters: [nodeTable(sizes)],
    reads: 'own-row',
    encode: ({ nodes }) => nodes as Tensor2D,
  };
}

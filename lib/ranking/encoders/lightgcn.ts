import { propagateMean } from '../../backend/operations/propagate';
import type { Tensor2D } from '../../backend/tensorflow';
import { type Encoder, type EncoderSizes, nodeTable } from './encoder';

/**
 * LightGCN (He, Deng, Wang, Li, Zhang and Wang, SIGIR 2020): E⁽ˡ⁺¹⁾ = D^-½ A D^-½ E⁽ˡ⁾ without weights or activation, and
 * a vector is the mean of all layers, the table among them [paper: α_l = 1/(L + 1)].
 *
 * The paper decays the table by an L2 term on the rows of a batch; here the optimiser decays it, as for all encoders
 * [choice].
 */
export function lightGcn(sizes: EncoderSizes): Encoder {
  return {
    name: 'lightgcn',
    parameters: [nodeTable(sizes)],
    reads: 'graph',
    encode: ({ nodes }, graph) => propagateMean(nodes as Tensor2D, graph, sizes.layers),
  };
}

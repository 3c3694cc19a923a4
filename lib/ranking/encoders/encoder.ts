import type { Adjacency } from '../../backend/operations/propagate';
import type { Tensor2D } from '../../backend/tensorflow';
import { type Parameter, type Values, xavierStart } from '../../models/parameter';

/** How large an encoder is. */
export interface EncoderSizes {
  /** Users and items together. */
  readonly nodes: number;
  /** Width of the embedding table. */
  readonly width: number;
  /** Steps along the links of the graph. */
  readonly layers: number;
}

/** Makes vectors of users and items from parameters and the graph of training interactions. */
export interface Encoder {
  readonly name: string;
  /** The table `nodes`, `[nodes, width]`, users above items; behind it what else is trained. */
  readonly parameters: readonly Parameter[];
  /**
   * What a node's vector is made of: its own row alone, so that a step reads and moves the rows of its batch only, or
   * rows along the links of the graph, too.
   */
  readonly reads: 'own-row' | 'graph';
  /**
   * Parameters by name → a vector per node, users above items: `[nodes, any]`. Differentiable. With `reads: 'own-row'` the
   * table may be some of its rows only, and the vectors are theirs.
   */
  encode(values: Values, graph: Adjacency): Tensor2D;
}

/**
 * The one embedding table, E = (E_u, E_i) of PMTRec [paper], which starts by Xavier's uniform rule [paper], taken for the
 * whole of it [choice].
 */
export const nodeTable = ({ nodes, width }: EncoderSizes): Parameter => ({
  name: 'nodes',
  group: 'embedding',
  shape: [nodes, width],
  initial: xavierStart(nodes, width),
  byRows: true,
});

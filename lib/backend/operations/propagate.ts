import { bool, execute, float } from '../execute';
import { kernelsInUse } from '../kernels';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '../tensorflow';
import { withGradient } from './gradient';

/** An undirected graph as its nodes' neighbours, one node after another. */
export interface Adjacency {
  readonly nodes: number;
  /** First neighbour of each node and the end of the last, `[nodes + 1]`, int32. */
  readonly starts: Tensor;
  /** Numbers of the neighbours, `[links]`, int32; every link stands at both of its ends. */
  readonly neighbours: Tensor;
  /** 1/√degree of every node, 0 where it has no neighbour, `[nodes]`. */
  readonly scale: Tensor;
}

/**
 * One step along a graph's links: Â x with Â = D^-½ A D^-½, `[nodes, width]` → the same shape.
 *
 * Â is symmetric, so the gradient is the same product.
 */
export function propagate(x: Tensor2D, graph: Adjacency): Tensor2D {
  if (!kernelsInUse()) return propagatePortable(x, graph);
  return withGradient(
    [x],
    (x) => ({ value: step(x, graph), kept: [] }),
    (dy) => [step(dy, graph)],
  ) as Tensor2D;
}

/** What {@link propagate} computes, in plain TensorFlow.js. */
export function propagatePortable(x: Tensor2D, { nodes, starts, neighbours, scale }: Adjacency): Tensor2D {
  const own = scale.reshape([nodes, 1]);
  const rows = tf.gather(tf.mul(x, own), neighbours as Tensor1D);
  return tf.mul(tf.unsortedSegmentSum(rows, endsOf(starts), nodes), own);
}

/**
 * Mean of x, Â x, …, Â^layers x: `[nodes, width]` → the same shape.
 *
 * Computed from the inside, (x + Â (x + Â (x + …))) / (layers + 1), so that no layer is kept. As a polynomial of a
 * symmetric matrix it is its own gradient.
 */
export function propagateMean(x: Tensor2D, graph: Adjacency, layers: number): Tensor2D {
  if (!kernelsInUse() || layers === 0) return propagateMeanPortable(x, graph, layers);
  return withGradient(
    [x],
    (x) => ({ value: layerMean(x, graph, layers), kept: [] }),
    (dy) => [layerMean(dy, graph, layers)],
  ) as Tensor2D;
}

/** What {@link propagateMean} computes, in plain TensorFlow.js. */
export function propagateMeanPortable(x: Tensor2D, graph: Adjacency, layers: number): Tensor2D {
  const all = [x];
  for (let layer = 0; layer < layers; layer++) all.push(propagatePortable(all[layer], graph));
  return tf.div(tf.addN(all), layers + 1);
}

function layerMean(x: Tensor, graph: Adjacency, layers: number): Tensor {
  let inner = x;
  for (let layer = 1; layer <= layers; layer++) {
    const last = inner;
    inner = step(last, graph, { start: x, by: layer === layers ? 1 / (layers + 1) : 1 });
    if (last !== x) last.dispose();
  }
  return inner;
}

/** by · (start + Â x) */
function step(x: Tensor, graph: Adjacency, { start, by = 1 }: { start?: Tensor; by?: number } = {}): Tensor {
  const attributes = [float('by', by), bool('add_start', start !== undefined)];
  return execute('PfPropagate', attributes, [x, graph.starts, graph.neighbours, graph.scale, start ?? graph.scale]);
}

/** The node at which each link of the list begins, `[links]`. */
function endsOf(starts: Tensor): Tensor1D {
  const bounds = starts.dataSync() as Int32Array;
  const ends = new Int32Array(bounds[bounds.length - 1]);
  for (let node = 0; node < bounds.length - 1; node++) ends.fill(node, bounds[node], bounds[node + 1]);
  return tf.tensor1d(ends, 'int32');
}

import type { Adjacency } from '../backend/operations/propagate';
import { tf } from '../backend/tensorflow';
import type { Interactions } from './types';

/** Users and items as nodes of one graph, users first: item i is node users + i. Its links are training interactions. */
export interface InteractionGraph extends Adjacency {
  readonly users: number;
  readonly items: number;
  dispose(): void;
}

/**
 * The graph of who took what in training. Validation and test interactions must not be in it: they would travel along
 * its links into the vectors that are evaluated on them.
 */
export function interactionGraph(users: number, items: number, train: Interactions): InteractionGraph {
  const nodes = users + items;
  const starts = new Int32Array(nodes + 1);
  for (let k = 0; k < train.users.length; k++) {
    starts[train.users[k] + 1]++;
    starts[users + train.items[k] + 1]++;
  }
  const scale = Float32Array.from(starts.subarray(1), (degree) => (degree > 0 ? 1 / Math.sqrt(degree) : 0));
  for (let node = 0; node < nodes; node++) starts[node + 1] += starts[node];
  const next = starts.slice();
  const neighbours = new Int32Array(2 * train.users.length);
  for (let k = 0; k < train.users.length; k++) {
    const [user, item] = [train.users[k], users + train.items[k]];
    neighbours[next[user]++] = item;
    neighbours[next[item]++] = user;
  }
  const tensors = {
    starts: tf.tensor1d(starts, 'int32'),
    neighbours: tf.tensor1d(neighbours, 'int32'),
    scale: tf.tensor1d(scale),
  };
  return { users, items, nodes, ...tensors, dispose: () => tf.dispose(tensors) };
}

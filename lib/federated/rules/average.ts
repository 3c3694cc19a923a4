import { type Tensor, tf } from '../../backend/tensorflow';
import { type ClientUpdate, groupBytes, type Rule } from './rule';

/** How much each client's vote counts: by its rows of training data, or all the same. */
export type ClientWeights = 'rows' | 'equal';

/** Weights of the clients, which sum to 1. */
export function clientWeights(clients: readonly ClientUpdate[], by: ClientWeights): number[] {
  const votes = clients.map(({ rows }) => (by === 'rows' ? rows : 1));
  const total = votes.reduce((sum, vote) => sum + vote, 0);
  return votes.map((vote) => vote / total);
}

/** Σ weight · tensor. */
export function weightedSum(tensors: readonly Tensor[], weights: readonly number[]): Tensor {
  return tf.addN(tensors.map((tensor, i) => tf.mul(tensor, weights[i])));
}

/**
 * Every client gets the weighted mean of all clients' values (FedAvg, McMahan et al. 2017).
 *
 * Each client sends and receives the whole group.
 */
export function average(by: ClientWeights = 'rows'): Rule {
  return {
    name: `average (${by})`,
    apply({ parameters, clients }) {
      const weights = clientWeights(clients, by);
      const mean: Record<string, Tensor> = {};
      for (const { name } of parameters) {
        mean[name] = weightedSum(
          clients.map(({ after }) => after[name]),
          weights,
        );
      }
      const traffic = clients.length * groupBytes(parameters);
      return { values: clients.map(() => mean), common: mean, bytes: { up: traffic, down: traffic } };
    },
  };
}

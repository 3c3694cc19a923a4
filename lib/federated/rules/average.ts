import { weightedSum } from '../../backend/operations/sums';
import type { Tensor } from '../../backend/tensorflow';
import type { Parameter } from '../../models/parameter';
import { alongTasks } from '../../models/some-tasks';
import { type ClientUpdate, hasTask, type Rule, traffic } from './rule';

/** How much each client's vote counts: by its rows of training data, or all the same. */
export type ClientWeights = 'rows' | 'equal';

/** Weights of the clients, which sum to 1. */
export function clientWeights(clients: readonly ClientUpdate[], by: ClientWeights): number[] {
  const votes = clients.map(({ rows }) => (by === 'rows' ? rows : 1));
  const total = votes.reduce((sum, vote) => sum + vote, 0);
  return votes.map((vote) => vote / total);
}

/**
 * Weights for one parameter: those of the clients, or task by task, summing to 1 over the clients that have the task.
 * Of a task that nobody has, all are 0.
 */
function weightsFor(parameter: Parameter, clients: readonly ClientUpdate[], weights: readonly number[]) {
  const { taskAxis, shape } = parameter;
  if (taskAxis === undefined || clients.every(({ tasks }) => !tasks)) return weights;
  const places = Array.from({ length: shape[taskAxis] }, (_, place) => place);
  const having = (client: ClientUpdate, place: number, weight: number) => (hasTask(client, place) ? weight : 0);
  const totals = places.map((place) => clients.reduce((sum, client, i) => sum + having(client, place, weights[i]), 0));
  return clients.map((client, i) => {
    const shares = places.map((place) => having(client, place, weights[i]) / (totals[place] || 1));
    return alongTasks(shares, parameter);
  });
}

/**
 * Every client gets the weighted mean of all clients' values (FedAvg, McMahan et al. 2017).
 *
 * Each client sends and receives the whole group. What belongs to a task is averaged over the clients that have it.
 */
export function average(by: ClientWeights = 'rows'): Rule {
  return {
    name: `average (${by})`,
    missingTasks: true,
    apply(update) {
      const { parameters, clients } = update;
      const weights = clientWeights(clients, by);
      const mean: Record<string, Tensor> = {};
      for (const parameter of parameters) {
        mean[parameter.name] = weightedSum(
          clients.map(({ after }) => after[parameter.name]),
          weightsFor(parameter, clients, weights),
        );
      }
      return { values: clients.map(() => mean), common: mean, bytes: traffic(update) };
    },
  };
}

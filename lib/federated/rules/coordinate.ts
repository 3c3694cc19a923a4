import { permutation, seedAt } from '../../backend/random';
import { type Tensor, type Tensor2D, tf } from '../../backend/tensorflow';
import type { Parameter } from '../../models/parameter';
import { conflictAverse, type Gram, projectConflicts } from '../../multitask/conflict-averse';
import { cosine } from '../../multitask/gram';
import { type ClientWeights, clientWeights } from './average';
import { bySlice, fromSlices } from './by-slice';
import { coordinateDiagnostics } from './coordinate-diagnostics';
import { type RateOptions, rateDefaults, ratesFrom } from './own-rate';
import { rowCosines } from './row-cosines';
import { type ClientUpdate, groupBytes, type Rule } from './rule';

export interface CoordinateOptions {
  /** How the clients' movements of one expert become one direction U. */
  readonly direction: 'conflict-averse' | 'mean' | 'pcgrad';
  /** How far the conflict-averse direction may leave the mean. */
  readonly c: number;
  /** Whose movement counts how much in the mean: all the same (sibling), or by rows of training data [choice]. */
  readonly weights: ClientWeights;
  /**
   * What a client makes of its own movement and the direction U = Σ u_j D_j:
   *
   * - `rates`: S + D_i + α_i U [sibling], in which a client's own movement counts twice.
   * - `others`: S + D_i + α_i Σ_{j≠i} u_j D_j [choice].
   * - `interpolated`: S + (1 − α_i) D_i + α_i U [choice], from training alone at α = 0 to the common direction at 1.
   * - `similarity`: S + D_i + Σ_j softmax(cos(D_i, D_j)/τ) D_j, the direction left out [choice].
   * - `none`: S + U, the same for everyone (the ablation).
   */
  readonly personalisation: 'rates' | 'others' | 'interpolated' | 'similarity' | 'none';
  readonly rates: RateOptions;
  /** τ of `similarity`. */
  readonly temperature: number;
}

export const coordinateDefaults: CoordinateOptions = {
  direction: 'conflict-averse',
  c: 0.4,
  weights: 'equal',
  personalisation: 'rates',
  rates: rateDefaults,
  temperature: 0.5,
};

const expertAxis = ({ name, expertAxis: axis }: Parameter): number => {
  if (axis === undefined) throw new Error(`The parameter ${name} has no expert axis; this rule works per expert.`);
  return axis;
};

/**
 * Conflict coordination and personalised aggregation of the scenario part of every expert [paper names the steps;
 * the formulas are the sibling's, FedHCA2].
 *
 * Per expert, with D_i the movement of client i in this round: U is the {@link conflictAverse} direction of all D_i,
 * and S_i ← S_i(before) + D_i + α_i U (or another personalisation). Everything follows from the clients' Gram matrix,
 * `[clients, clients]` per expert, so the large tensors are passed over a few times only.
 */
export function coordinate(options: Partial<CoordinateOptions> = {}): Rule {
  const chosen = { ...coordinateDefaults, ...options };
  return {
    name: `coordinate (${chosen.direction}) → personalise (${chosen.personalisation})`,
    apply({ group, parameters, clients, round }, state) {
      const count = clients.length;
      const before = clients.map((client) => bySlice(parameters, client.before, expertAxis));
      const moves = clients.map((client, i) => tf.sub(bySlice(parameters, client.after, expertAxis), before[i]));
      const stacked = tf.transpose(tf.stack(moves), [1, 0, 2]); // [experts, clients, elements]
      const grams = tf.matMul(stacked, stacked, false, true).arraySync() as number[][][];
      const experts = grams.length;

      const weights = clientWeights(clients, chosen.weights);
      const directions = grams.map((gram, expert) => direction(gram, chosen, weights, [group, round, expert]));

      const rates = ratesFrom(state, experts, chosen.rates);
      const rated = chosen.personalisation !== 'none' && chosen.personalisation !== 'similarity';
      if (state && rated) {
        clients.forEach(({ client }, i) => {
          const last = state.tensors[`taken/${client}`] ?? state.tensors.taken;
          const tookPart = state.numbers[`round/${client}`]?.[0] ?? 0;
          if (tookPart !== round - 1) return; // it has taken nothing of the last direction
          rates.train(client, rowCosines(moves[i], last));
        });
      }
      // What every client takes is a combination of all movements, with coefficients [experts][clients][clients].
      const offered = grams.map((gram, e) => clients.map((_, i) => offer(chosen, gram, directions[e], i)));
      const taken = offered.map((ofExpert, e) =>
        ofExpert.map((coefficients, i) => {
          if (chosen.personalisation === 'none') return coefficients;
          const rate = rated ? rates.of(clients[i].client)[e] : 1;
          return coefficients.map((value, j) => (j === i ? 1 : 0) + rate * value);
        }),
      );
      const movement = tf.unstack(tf.transpose(tf.matMul(tf.tensor3d(taken), stacked), [1, 0, 2])) as Tensor2D[];
      const values = movement.map((moved, i) => fromSlices(parameters, tf.add(before[i], moved), expertAxis));

      const traffic = count * groupBytes(parameters);
      return {
        values,
        bytes: { up: traffic, down: traffic },
        state: {
          numbers: {
            ...rates.state(),
            ...Object.fromEntries(clients.map(({ client }) => [`round/${client}`, [round]])),
          },
          tensors: rated ? remembered(chosen, clients, offered, stacked) : {},
        },
        diagnostics: coordinateDiagnostics({
          clients: clients.map(({ client }) => client),
          grams,
          directions,
          weights,
          taken,
          ...(rated && { rates: Object.fromEntries(clients.map(({ client }) => [client, rates.of(client)])) }),
        }),
      };
    },
  };
}

function direction(
  gram: Gram,
  { direction, c }: CoordinateOptions,
  weights: readonly number[],
  place: (string | number)[],
): number[] {
  const count = gram.length;
  if (direction === 'conflict-averse') return conflictAverse(gram, c, weights);
  if (direction === 'mean') return [...weights];
  const orders = gram.map((_, i) =>
    Array.from(permutation(count, seedAt(0, 'pcgrad', ...place, i))).filter((other) => other !== i),
  );
  return projectConflicts(gram, orders, weights);
}

/** Coefficients of all movements in what client i is offered beside its own movement (`none`: in its place). */
function offer(
  { personalisation, temperature }: CoordinateOptions,
  gram: Gram,
  u: readonly number[],
  i: number,
): number[] {
  if (personalisation === 'others') return u.map((value, j) => (j === i ? 0 : value));
  if (personalisation === 'interpolated') return u.map((value, j) => (j === i ? value - 1 : value));
  if (personalisation === 'similarity') return softmax(gram[i].map((_, j) => cosine(gram, i, j) / temperature));
  return [...u];
}

/** What each client's rate was multiplied with, for training the rates in the next round: the same U for all, or its own. */
function remembered(
  { personalisation }: CoordinateOptions,
  clients: readonly ClientUpdate[],
  offered: number[][][],
  stacked: Tensor,
): Record<string, Tensor> {
  if (personalisation === 'rates') {
    const common = tf.tensor3d(offered.map(([u]) => [u]));
    return { taken: tf.matMul(common, stacked).reshape([offered.length, -1]) };
  }
  const perClient = tf.unstack(tf.transpose(tf.matMul(tf.tensor3d(offered), stacked), [1, 0, 2]));
  return Object.fromEntries(clients.map(({ client }, i) => [`taken/${client}`, perClient[i]]));
}

export const softmax = (x: readonly number[]): number[] => {
  const most = Math.max(...x);
  const powers = x.map((value) => Math.exp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};

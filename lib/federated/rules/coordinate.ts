import { permutation, seedAt } from '../../backend/random';
import { type Tensor, type Tensor2D, tf } from '../../backend/tensorflow';
import type { Parameter } from '../../models/parameter';
import { type ClientWeights, clientWeights } from './average';
import { bySlice, fromSlices } from './by-slice';
import { conflictAverse, type Gram, projectConflicts, quadratic } from './conflict-averse';
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
   * What a client takes of U: `rates` S + D_i + α_i U [sibling]; `interpolated`
   * S + (1 − α_i) D_i + α_i U [choice], from training alone at α = 0 to the common direction at 1; `similarity` S + D_i + Σ_j softmax(cos(D_i, D_j)/τ) D_j, the
   * direction left out [choice]; `none` S + U, the same for everyone (the ablation).
   */
  readonly personalisation: 'rates' | 'interpolated' | 'similarity' | 'none';
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
 * and S_i ← S_i(before) + D_i + α_i U. Everything follows from the clients' Gram matrix, `[clients, clients]` per
 * expert, so the large tensors are passed over three times only.
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
      const common = tf.matMul(tf.tensor3d(directions.map((u) => [u])), stacked).reshape([experts, -1]) as Tensor2D;

      const rates = ratesFrom(state, experts, chosen.rates);
      const rated = chosen.personalisation === 'rates' || chosen.personalisation === 'interpolated';
      if (state && rated) {
        clients.forEach(({ client }, i) => {
          const last = state.tensors[`taken/${client}`] ?? state.tensors.taken;
          const tookPart = state.numbers[`round/${client}`]?.[0] ?? 0;
          if (tookPart !== round - 1) return; // it has taken nothing of the last direction
          rates.train(client, rowCosines(moves[i], last));
        });
      }
      // The new value of every client is a combination of all movements, with coefficients [experts, clients, clients].
      const taken = grams.map((gram, expert) =>
        clients.map(({ client }, i) => share(chosen, gram, directions[expert], i, rates.of(client)[expert])),
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
          tensors:
            chosen.personalisation === 'interpolated' ? towardsCommon(clients, moves, common) : { taken: common },
        },
        diagnostics: {
          cosines: grams.map(cosineMatrix),
          conflicting: conflictingShare(grams),
          leastAlignment: grams.map((gram, e) => Math.min(...gram.map((row) => inner(row, directions[e])))),
          alignmentOfMean: grams.map((gram) => Math.min(...gram.map((row) => inner(row, weights)))),
          directionNorm: grams.map((gram, e) => Math.sqrt(Math.max(0, quadratic(gram, directions[e])))),
          ...(rated && { rates: Object.fromEntries(clients.map(({ client }) => [client, rates.of(client)])) }),
        },
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

/** Coefficients of all movements in the movement that client i keeps. */
function share(
  { personalisation, temperature }: CoordinateOptions,
  gram: Gram,
  u: readonly number[],
  i: number,
  rate: number,
): number[] {
  const own = u.map((_, j) => (j === i ? 1 : 0));
  if (personalisation === 'none') return [...u];
  if (personalisation === 'rates') return own.map((value, j) => value + rate * u[j]);
  if (personalisation === 'interpolated') return own.map((value, j) => (1 - rate) * value + rate * u[j]);
  const weights = softmax(gram[i].map((_, j) => cosine(gram, i, j) / temperature));
  return own.map((value, j) => value + weights[j]);
}

/** What the rate of a client is multiplied with where it interpolates: U − D_i, for the next round's training. */
const towardsCommon = (clients: readonly ClientUpdate[], moves: readonly Tensor[], common: Tensor) =>
  Object.fromEntries(clients.map(({ client }, i) => [`taken/${client}`, tf.sub(common, moves[i])]));

export const softmax = (x: readonly number[]): number[] => {
  const most = Math.max(...x);
  const powers = x.map((value) => Math.exp(value - most));
  const sum = inner(
    powers,
    powers.map(() => 1),
  );
  return powers.map((power) => power / sum);
};

const inner = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);

const cosine = (gram: Gram, i: number, j: number): number => {
  const scale = Math.sqrt(gram[i][i] * gram[j][j]);
  return scale > 0 ? gram[i][j] / scale : 0;
};

const cosineMatrix = (gram: Gram) => gram.map((row, i) => row.map((_, j) => cosine(gram, i, j)));

/** Share of client pairs whose movements point apart, over all experts. */
function conflictingShare(grams: readonly Gram[]): number {
  const pairs = grams.flatMap((gram) => gram.flatMap((row, i) => row.filter((_, j) => j > i)));
  return pairs.length === 0 ? 0 : pairs.filter((product) => product < 0).length / pairs.length;
}

import { permutation, seedAt } from '../../backend/random';
import { type Tensor, type Tensor2D, tf } from '../../backend/tensorflow';
import type { Parameter } from '../../models/parameter';
import { bySlice, fromSlices } from './by-slice';
import { conflictAverse, type Gram, projectConflicts } from './conflict-averse';
import { coordinateDiagnostics } from './coordinate-diagnostics';
import { cosine } from './gram';
import { type RateOptions, rateDefaults, ratesFrom } from './own-rate';
import { groupBytes, type Rule } from './rule';

export interface CoordinateOptions {
  /** How the clients' movements of one expert become one direction U. */
  readonly direction: 'conflict-averse' | 'mean' | 'pcgrad';
  /** How far the conflict-averse direction may leave the mean. */
  readonly c: number;
  /**
   * What a client takes of U: `rates` S + D_i + α_i U; `similarity` S + D_i + Σ_j softmax(cos(D_i, D_j)/τ) D_j, the
   * direction left out [choice]; `none` S + U, the same for everyone (the ablation).
   */
  readonly personalisation: 'rates' | 'similarity' | 'none';
  readonly rates: RateOptions;
  /** τ of `similarity`. */
  readonly temperature: number;
}

export const coordinateDefaults: CoordinateOptions = {
  direction: 'conflict-averse',
  c: 0.4,
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

      const directions = grams.map((gram, expert) => direction(gram, chosen, [group, round, expert]));
      const common = tf.matMul(tf.tensor3d(directions.map((u) => [u])), stacked).reshape([experts, -1]) as Tensor2D;

      const rates = ratesFrom(state, experts, chosen.rates);
      const last = state?.tensors.taken;
      const rated = chosen.personalisation === 'rates';
      if (last && rated) {
        const cosines = cosinesWith(stacked, grams, last);
        clients.forEach(({ client }, i) => {
          const tookPart = state?.numbers[`round/${client}`]?.[0] ?? 0;
          if (tookPart !== round - 1) return; // it has taken nothing of the last direction
          rates.train(
            client,
            cosines.map((row) => row[i]),
          );
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
          tensors: { taken: common },
        },
        diagnostics: coordinateDiagnostics({
          clients: clients.map(({ client }) => client),
          grams,
          directions,
          taken,
          ...(rated && { rates: Object.fromEntries(clients.map(({ client }) => [client, rates.of(client)])) }),
        }),
      };
    },
  };
}

function direction(gram: Gram, { direction, c }: CoordinateOptions, place: (string | number)[]): number[] {
  const count = gram.length;
  if (direction === 'conflict-averse') return conflictAverse(gram, c);
  if (direction === 'mean') return Array<number>(count).fill(1 / count);
  const orders = gram.map((_, i) =>
    Array.from(permutation(count, seedAt(0, 'pcgrad', ...place, i))).filter((other) => other !== i),
  );
  return projectConflicts(gram, orders);
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
  const weights = softmax(gram[i].map((_, j) => cosine(gram, i, j) / temperature));
  return own.map((value, j) => value + weights[j]);
}

/** cos(D_i, what was taken last) → `[experts][clients]`. */
function cosinesWith(stacked: Tensor, grams: readonly Gram[], last: Tensor): number[][] {
  const products = tf.matMul(stacked, tf.expandDims(last, 2)).squeeze([2]).arraySync() as number[][];
  const norms = tf.norm(last, 'euclidean', 1).arraySync() as number[];
  return products.map((row, e) =>
    row.map((product, i) => {
      const scale = Math.sqrt(grams[e][i][i]) * norms[e];
      return scale > 0 ? product / scale : 0;
    }),
  );
}

export const softmax = (x: readonly number[]): number[] => {
  const most = Math.max(...x);
  const powers = x.map((value) => Math.exp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};

import { offers as combineOffers } from '../../backend/operations/offers';
import { sumOf } from '../../backend/operations/sums';
import { permutation, seedAt } from '../../backend/random';
import { type Tensor, tf } from '../../backend/tensorflow';
import type { Parameter } from '../../models/parameter';
import { conflictAverse, type Gram, projectConflicts } from '../../multitask/conflict-averse';
import { combinedLengths, cosine, lengths } from '../../multitask/gram';
import { type ClientWeights, clientWeights } from './average';
import { coordinateDiagnostics } from './coordinate-diagnostics';
import { type RateOptions, type Rates, rateDefaults, ratesFrom } from './own-rate';
import { expertAxis, gramsByExpert, innerByExpert, mixExperts, scaleExperts } from './per-expert';
import { type GroupUpdate, groupBytes, type Rule, type RuleState } from './rule';

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

/**
 * Conflict coordination and personalised aggregation of the scenario part of every expert [paper names the steps;
 * the formulas are the sibling's, FedHCA2].
 *
 * Per expert, with D_i the movement of client i in this round: U is the {@link conflictAverse} direction of all D_i,
 * and S_i ← S_i(before) + D_i + α_i U (or another personalisation). Everything follows from the clients' Gram matrix,
 * `[clients, clients]` per expert, so the large tensors are passed over a few times only, and never laid out anew.
 */
export function coordinate(options: Partial<CoordinateOptions> = {}): Rule {
  const chosen = { ...coordinateDefaults, ...options };
  const rated = chosen.personalisation !== 'none' && chosen.personalisation !== 'similarity';
  return {
    name: `coordinate (${chosen.direction}) → personalise (${chosen.personalisation})`,
    apply(update, state) {
      const { group, parameters, clients, round } = update;
      const names = clients.map(({ client }) => client);
      const moves = parameters.map(({ name }) => clients.map(({ before, after }) => tf.sub(after[name], before[name])));
      const grams = sumOfGrams(parameters.map((parameter, p) => gramsByExpert(parameter, moves[p])));

      const weights = clientWeights(clients, chosen.weights);
      const directions = grams.map((gram, expert) => direction(gram, chosen, weights, [group, round, expert]));

      const rates = ratesFrom(state, grams.length, chosen.rates);
      if (state && rated) trainRates(rates, chosen, state, update, moves, grams);
      const rateOf = (i: number) => (rated ? rates.of(names[i]) : grams.map(() => 1));

      // What a client is offered beside its own movement (`none`: in its place) is a combination of all movements, with
      // coefficients [experts][clients][clients].
      const offered = grams.map((gram, e) => clients.map((_, i) => offer(chosen, gram, directions[e], i)));
      const values = clients.map((): Record<string, Tensor> => ({}));
      const remembered: Record<string, Tensor> = {};
      parameters.forEach((parameter, p) => {
        const { name } = parameter;
        const rate = names.map((_, i) => rateOf(i));
        const { offers, next } = taken(chosen, parameter, clients, moves[p], { directions, offered, rates: rate });
        tf.dispose(moves[p]);
        clients.forEach((_, i) => {
          values[i][name] = next[i];
          if (rated) remembered[takenKey(chosen, names[i], name)] = offers[i];
          else if (offers[i] !== offers[i + 1]) offers[i].dispose();
        });
      });

      const traffic = clients.length * groupBytes(parameters);
      const lengthsOfOffers = grams.map((gram, e) => combinedLengths(gram, offered[e]));
      return {
        values,
        bytes: { up: traffic, down: traffic },
        state: {
          numbers: {
            ...rates.state(),
            ...Object.fromEntries(names.map((client) => [`round/${client}`, [round]])),
            ...Object.fromEntries(names.map((client, i) => [`length/${client}`, lengthsOfOffers.map((one) => one[i])])),
          },
          tensors: remembered,
        },
        diagnostics: coordinateDiagnostics({
          clients: names,
          grams,
          directions,
          weights,
          taken: offered.map((ofExpert, e) =>
            ofExpert.map((coefficients, i) => {
              if (chosen.personalisation === 'none') return coefficients;
              const rate = rateOf(i)[e];
              return coefficients.map((value, j) => (j === i ? 1 : 0) + rate * value);
            }),
          ),
          ...(rated && { rates: Object.fromEntries(names.map((client) => [client, rates.of(client)])) }),
        }),
      };
    },
  };
}

/** Sum over parameters, `[parameters][experts][clients][clients]` → `[experts][clients][clients]`. */
function sumOfGrams(grams: readonly number[][][][]): number[][][] {
  return grams.reduce((sum, one) =>
    sum.map((gram, e) => gram.map((row, i) => row.map((product, j) => product + one[e][i][j]))),
  );
}

/** Where the state holds what a client was offered of a parameter. With `rates` it is U, the same for all. */
const takenKey = ({ personalisation }: CoordinateOptions, client: string, parameter: string): string =>
  personalisation === 'rates' ? `taken/${parameter}` : `taken/${client}/${parameter}`;

/** One step of every client's rates, along what it took in the last round, if it took part in that. */
function trainRates(
  rates: Rates,
  options: CoordinateOptions,
  { numbers, tensors }: RuleState,
  { parameters, clients, round }: GroupUpdate,
  moves: readonly Tensor[][],
  grams: readonly Gram[],
): void {
  clients.forEach(({ client }, i) => {
    if (numbers[`round/${client}`]?.[0] !== round - 1) return; // it has taken nothing of the last direction
    const products = tf.tidy(() =>
      tf.addN(
        parameters.map((one, p) => innerByExpert(one, moves[p][i], tensors[takenKey(options, client, one.name)])),
      ),
    );
    const cosines = Array.from(products.dataSync(), (product, e) => {
      const scale = lengths(grams[e])[i] * numbers[`length/${client}`][e];
      return scale > 0 ? product / scale : 0;
    });
    products.dispose();
    rates.train(client, cosines);
  });
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

/** What coordination has found, per expert. */
interface Found {
  /** Shares of the movements in U, `[experts][clients]`. */
  readonly directions: readonly (readonly number[])[];
  /** Coefficients of all movements in what each client is offered, `[experts][clients][clients]`. */
  readonly offered: readonly (readonly (readonly number[])[])[];
  /** `[clients][experts]` */
  readonly rates: readonly (readonly number[])[];
}

/**
 * What every client is offered of one parameter, and what it becomes. All but `similarity` share one direction U, so
 * that nobody needs a sum of its own. An offer may stand in several places.
 */
function taken(
  { personalisation }: CoordinateOptions,
  parameter: Parameter,
  clients: GroupUpdate['clients'],
  moves: readonly Tensor[],
  { directions, offered, rates }: Found,
): { offers: Tensor[]; next: Tensor[] } {
  const { name } = parameter;
  const shares = moves.map((_, i) => directions.map((u) => u[i]));
  if (personalisation === 'others' || personalisation === 'interpolated') {
    const less = personalisation === 'others' ? shares : shares.map((row) => row.map(() => 1));
    const bases = clients.map(({ after }) => after[name]);
    return combineOffers({ moves, bases, expertAxis: expertAxis(parameter), shares, less, rates });
  }
  const offers =
    personalisation === 'similarity'
      ? mixExperts(parameter, moves, offered)
      : Array<Tensor>(moves.length).fill(sumOf(moves.length, (i) => scaleExperts(parameter, moves[i], shares[i])));
  const next = clients.map(({ before, after }, i) =>
    tf.tidy(() => {
      if (personalisation === 'none') return tf.add(before[name], offers[i]);
      if (personalisation === 'similarity') return tf.add(after[name], offers[i]);
      return tf.add(after[name], scaleExperts(parameter, offers[i], rates[i]));
    }),
  );
  return { offers, next };
}

export const softmax = (x: readonly number[]): number[] => {
  const most = Math.max(...x);
  const powers = x.map((value) => Math.exp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};

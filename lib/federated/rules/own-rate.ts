import type { RuleState } from './rule';

/** How the share of what a client takes from the others is set. */
export interface RateOptions {
  /** First value of every rate, 0 … 1. */
  readonly initial: number;
  /** Whether the server trains the rates from the second round on. */
  readonly trained: boolean;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** FedHCA2's settings of the rates [sibling]. */
export const rateDefaults: RateOptions = {
  initial: 0.1,
  trained: true,
  learningRate: 0.01,
  momentum: 0.9,
  weightDecay: 1e-4,
};

/** Rates and their momenta by client, as a rule's state keeps them. */
export interface Rates {
  /** The rates of a client, one per slice. */
  of(client: string): readonly number[];
  /**
   * One step of stochastic gradient descent on a client's rates.
   *
   * The gradient of the next local loss is ⟨received − trained, what was taken⟩ = −⟨D, taken⟩ [sibling]; here it is
   * divided by both norms [choice], so that it does not vanish with the size of the updates. The rate is projected
   * onto [0, 1] after the step: a clamp in the forward pass would have no gradient outside. A rate that meets a bound
   * loses its momentum [choice], which would otherwise grow there and hold it fast when the gradient turns.
   *
   * @param cosines cos(movement of the client, what it took in the last round), one per slice
   */
  train(client: string, cosines: readonly number[]): void;
  state(): Record<string, readonly number[]>;
}

/** The rates that a rule's state holds; a client it does not know starts with `initial`. */
export function ratesFrom(state: RuleState | undefined, slices: number, options: RateOptions): Rates {
  const numbers: Record<string, readonly number[]> = { ...state?.numbers };
  const get = (key: string, first: number) => numbers[key] ?? Array<number>(slices).fill(first);
  return {
    of(client) {
      const key = `rate/${client}`;
      numbers[key] = get(key, options.initial);
      return numbers[key];
    },
    train(client, cosines) {
      if (!options.trained) return;
      const rate = get(`rate/${client}`, options.initial);
      const momentum = get(`momentum/${client}`, 0);
      const moved = momentum.map((m, i) => options.momentum * m - cosines[i] + options.weightDecay * rate[i]);
      const free = rate.map((r, i) => r - options.learningRate * moved[i]);
      numbers[`rate/${client}`] = free.map((r) => Math.min(1, Math.max(0, r)));
      numbers[`momentum/${client}`] = moved.map((m, i) => (free[i] < 0 || free[i] > 1 ? 0 : m));
    },
    state: () => numbers,
  };
}

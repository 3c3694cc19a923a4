import { type Tensor, tf } from '../../backend/tensorflow';
import type { Parameter } from '../../models/parameter';
import type { Rule, RuleState } from './rule';

/** A small matrix: one row per expert, task or table row, whatever the rule works on. */
export type Matrix = readonly (readonly number[])[];

/** What one client brings to {@link tryRule}. */
export interface TriedClient {
  /** What local training made of `before`. */
  readonly after: Matrix;
  /** What the client received; default: all zeros, so that `after` is the movement. */
  readonly before?: Matrix;
  /** Rows of its training data; default 1. */
  readonly rows?: number;
  /** Rows of the matrix that its batches touched, for a row rule; default: all. */
  readonly touched?: readonly number[];
}

export interface TriedRule {
  /** The new values by client. */
  readonly values: Readonly<Record<string, Matrix>>;
  readonly bytes: { readonly up: number; readonly down: number };
  readonly diagnostics: Readonly<Record<string, unknown>>;
  /** Hand it to the next call, as the next round would. Its few tensors are the caller's. */
  readonly state?: RuleState;
}

/**
 * Applies a rule to numbers that a reader can check by hand: one parameter, a small matrix per client, whose rows are
 * at once experts, tasks and table rows, so that any rule finds what it works on.
 *
 * @param clients by name
 * @param last what the call for the round before returned, for a rule with a state
 *
 * @example
 * tryRule(average('equal'), { NL: { after: [[1, 2]] }, ES: { after: [[3, 6]] } }).values.NL // [[2, 4]]
 */
export function tryRule(rule: Rule, clients: Readonly<Record<string, TriedClient>>, last?: TriedRule): TriedRule {
  const names = Object.keys(clients);
  const shape = [clients[names[0]].after.length, clients[names[0]].after[0].length];
  const parameter: Parameter = {
    name: 'tried',
    group: 'tried',
    shape,
    initial: { value: 0 },
    byRows: true,
    expertAxis: 0,
    taskAxis: 0,
  };
  const tensorOf = (matrix: Matrix) =>
    tf.tensor2d(
      matrix.map((row) => [...row]),
      [shape[0], shape[1]],
    );
  const round = 1 + (last?.state?.numbers[ROUND]?.[0] ?? 0);
  let tried: TriedRule | undefined;
  tf.tidy(() => {
    const updates = names.map((client) => {
      const { after, before, rows = 1, touched } = clients[client];
      return {
        client,
        rows,
        before: { tried: before ? tensorOf(before) : tf.zeros(shape) },
        after: { tried: tensorOf(after) },
        touched: { tried: Int32Array.from(touched ?? after.keys()) },
      };
    });
    const result = rule.apply(
      { group: 'tried', round, parameters: [parameter], clients: updates },
      last?.state ?? rule.start?.(),
    );
    for (const tensor of Object.values(result.state?.tensors ?? {})) tf.keep(tensor as Tensor);
    tried = {
      values: Object.fromEntries(names.map((name, i) => [name, result.values[i].tried.arraySync() as number[][]])),
      bytes: result.bytes,
      diagnostics: result.diagnostics ?? {},
      state: { numbers: { ...result.state?.numbers, [ROUND]: [round] }, tensors: { ...result.state?.tensors } },
    };
  });
  return tried as TriedRule;
}

/** Where the number of the round is kept among the numbers of the state. */
const ROUND = 'tried/round';

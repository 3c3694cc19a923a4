import { type Tensor, tf } from '../backend/tensorflow';
import type { Variable } from '../backend/variable';
import type { Model } from '../models/model';
import type { Parameter, Values } from '../models/parameter';
import { alongTasks, atPlaces, widened } from '../models/some-tasks';
import { type Client, readValues, variableOf } from './client';
import type { RuleDiagnostics } from './diagnostics/types';
import { type Phase, sharesIn } from './phase';
import { type SharingPlan, sharingOf } from './plan';
import { type ClientUpdate, hasTask, type RuleResult, type RuleState } from './rules/rule';

export interface AggregateInput {
  readonly plan: SharingPlan;
  readonly model: Model;
  /** All clients; those that sit this round out still get what everybody gets. */
  readonly clients: readonly Client[];
  /** Indices of the clients that trained in this round. */
  readonly participants: readonly number[];
  /** Which groups' rules are applied. */
  readonly phase: Phase;
  /** The shared values of each client as it received them last. */
  readonly before: readonly Values[];
  readonly round: number;
  /** Read and replaced here. */
  readonly ruleStates: Map<string, RuleState>;
}

export interface AggregateResult {
  readonly bytes: { readonly up: number; readonly down: number };
  /** What the rules report, by parameter group. */
  readonly diagnostics: Readonly<Record<string, RuleDiagnostics>>;
}

/** The server's part of a phase: applies each group's rule and hands the new values to the clients. */
export function aggregate(input: AggregateInput): AggregateResult {
  const bytes = { up: 0, down: 0 };
  const diagnostics: Record<string, RuleDiagnostics> = {};
  for (const [group, parameters] of byGroup(input.model.parameters)) {
    if (!sharesIn(input.phase, group)) continue;
    tf.tidy(() => {
      const result = applyRule(input, group, parameters);
      if (!result) return;
      bytes.up += result.bytes.up;
      bytes.down += result.bytes.down;
      if (result.diagnostics) diagnostics[group] = result.diagnostics;
    });
  }
  return { bytes, diagnostics };
}

function applyRule(
  { plan, clients, participants, before, round, ruleStates }: AggregateInput,
  group: string,
  parameters: readonly Parameter[],
): RuleResult | undefined {
  const rule = sharingOf(plan, group);
  if (!rule) return undefined;
  const names = parameters.map(({ name }) => name);
  const updates = participants.map((i): ClientUpdate => {
    const client = clients[i];
    const wide = (values: Values): Values =>
      Object.fromEntries(parameters.map((one) => [one.name, widened(values[one.name], one, client.places)]));
    return {
      client: client.data.name,
      rows: client.data.train.rows,
      ...(client.places && { tasks: client.places }),
      before: wide(before[i]),
      after: wide(readValues(client, names)),
      touched: Object.fromEntries(
        parameters.filter(({ byRows }) => byRows).map(({ name }) => [name, indicesOf(client.touched[name])]),
      ),
    };
  });
  const state = ruleStates.get(group) ?? rule.start?.();
  const result = rule.apply({ group, round, parameters, clients: updates }, state);
  clients.forEach((client, i) => {
    const taking = participants.indexOf(i);
    const values = taking >= 0 ? result.values[taking] : result.common;
    if (!values) return;
    for (const parameter of parameters) {
      const own = variableOf(client, parameter.name);
      const next =
        taking >= 0 ? values[parameter.name] : known(values[parameter.name], own, parameter, client, updates);
      own.assign(atPlaces(next, parameter, client.places));
    }
  });
  if (result.state) ruleStates.set(group, keepState(result.state, state));
  return result;
}

/** What everybody gets, as far as it is known: a task that no participant has stays what it is on the others. */
function known(
  common: Tensor,
  own: Variable,
  parameter: Parameter,
  { places }: Client,
  updates: readonly ClientUpdate[],
): Tensor {
  const { taskAxis, shape } = parameter;
  if (taskAxis === undefined || updates.some(({ tasks }) => !tasks)) return common;
  const has = Array.from({ length: shape[taskAxis] }, (_, task) => updates.some((one) => hasTask(one, task)));
  const mask = tf.cast(alongTasks(has.map(Number), parameter), 'bool');
  return tf.where(tf.broadcastTo(mask, common.shape), common, widened(own.read(), parameter, places));
}

/** Keeps the tensors of the new state beyond the tidy and lets go of the last state's. */
function keepState(next: RuleState, last: RuleState | undefined): RuleState {
  const kept = new Set<Tensor>(Object.values(next.tensors));
  for (const tensor of kept) tf.keep(tensor);
  for (const tensor of Object.values(last?.tensors ?? {})) if (!kept.has(tensor)) tensor.dispose();
  return next;
}

function byGroup(parameters: readonly Parameter[]): Map<string, Parameter[]> {
  const groups = new Map<string, Parameter[]>();
  for (const parameter of parameters) groups.set(parameter.group, [...(groups.get(parameter.group) ?? []), parameter]);
  return groups;
}

/** Indices of the set flags, ascending. */
function indicesOf(flags: Uint8Array): Int32Array {
  const indices = new Int32Array(flags.reduce((sum, flag) => sum + flag, 0));
  for (let i = 0, at = 0; i < flags.length; i++) if (flags[i]) indices[at++] = i;
  return indices;
}

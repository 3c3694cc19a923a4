import type { Tensor } from '../../backend/tensorflow';
import { elements, type Parameter, type Values } from '../../models/parameter';
import type { TaskPlaces } from '../../models/some-tasks';
import type { RuleDiagnostics } from '../diagnostics/types';

/** What one client brings to the server for one parameter group. */
export interface ClientUpdate {
  readonly client: string;
  /** Rows of its training data. */
  readonly rows: number;
  /** What it received at the start of the round. */
  readonly before: Values;
  /** What local training made of it. */
  readonly after: Values;
  /**
   * Which tasks it has, as places on the task axes; absent: all. Elsewhere its tensors hold zeros, and what a rule
   * gives it there is not used.
   */
  readonly tasks?: TaskPlaces;
  /** Rows of each by-row table that its batches touched in this round, ascending. */
  readonly touched: Readonly<Record<string, Int32Array>>;
}

/** All clients' updates of one parameter group in one round. */
export interface GroupUpdate {
  readonly group: string;
  readonly round: number;
  readonly parameters: readonly Parameter[];
  readonly clients: readonly ClientUpdate[];
}

/** What a rule remembers from round to round, in a form that a checkpoint can hold. */
export interface RuleState {
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

export interface RuleResult {
  /** The new values of the group for each client. A tensor may stand in several places; the caller disposes of all. */
  readonly values: readonly Values[];
  /** Where all clients get the same: those values, for the clients that sat this round out as well. */
  readonly common?: Values;
  /** Bytes that all clients together sent and received. */
  readonly bytes: { readonly up: number; readonly down: number };
  /** The next state; the caller disposes of the last one's tensors that it no longer holds. */
  readonly state?: RuleState;
  /** Figures for the round's record. */
  readonly diagnostics?: RuleDiagnostics;
}

/**
 * How the parameters of one group travel: a pure function from all clients' updates to their next values.
 *
 * `null` in a sharing plan stands for the rule under which nothing leaves the client.
 */
export interface Rule {
  readonly name: string;
  /**
   * Whether the rule knows of clients that lack tasks (`ClientUpdate.tasks`) and counts their bytes with
   * {@link traffic}. One that does not is refused for parameters with a task axis where a client lacks a task.
   */
  readonly missingTasks?: boolean;
  /** State before the first round, where the rule has one. */
  start?(): RuleState;
  /** Called inside `tf.tidy`: intermediate tensors need no disposal. */
  apply(update: GroupUpdate, state: RuleState | undefined): RuleResult;
}

/** Bytes of the whole group as float32; with some tasks only, of what a client with those has of it. */
export const groupBytes = (parameters: readonly Parameter[], tasks?: TaskPlaces): number =>
  parameters.reduce((sum, parameter) => {
    const { taskAxis, shape } = parameter;
    const all = elements(parameter);
    return sum + 4 * (tasks && taskAxis !== undefined ? (all / shape[taskAxis]) * tasks.length : all);
  }, 0);

/** Bytes of a rule under which every client sends and receives all that it has of the group. */
export function traffic({ parameters, clients }: GroupUpdate): { up: number; down: number } {
  const bytes = clients.reduce((sum, { tasks }) => sum + groupBytes(parameters, tasks), 0);
  return { up: bytes, down: bytes };
}

/** Whether a client has a task, by its place. */
export const hasTask = ({ tasks }: ClientUpdate, place: number): boolean => tasks?.includes(place) ?? true;

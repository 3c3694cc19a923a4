import {
  type CheckpointNote,
  type RestoreOptions,
  readCheckpoint,
  requireArray,
  type SaveOptions,
  writeCheckpoint,
} from '../backend/checkpoint-file';
import type { StoredArray } from '../backend/tensor-file';
import { type Tensor, tf } from '../backend/tensorflow';
import type { Variable } from '../backend/variable';
import type { StreamState } from '../data/row-stream';
import type { CombinationState } from '../multitask/combination';
import type { Federation } from './federation';
import type { RuleState } from './rules/rule';

/** What a checkpoint holds beside tensors. */
interface Note extends CheckpointNote {
  readonly plan: string;
  readonly clients: readonly {
    readonly name: string;
    readonly steps: number;
    readonly updates?: Readonly<Record<string, number>>;
    readonly stream: StreamState;
    /** Numbers of what the combination of task gradients remembers. */
    readonly combination?: CombinationState['numbers'];
  }[];
  readonly rules: Readonly<Record<string, RuleState['numbers']>>;
  readonly selection: readonly { kind: string; client: number; round: number; score: number }[];
}

/**
 * Stores everything that the next rounds depend on: parameters, optimiser moments, running statistics, positions
 * in the random streams, rule states, what combinations remember and the models that validation has chosen so far.
 *
 * A federation restored from it goes on exactly, number for number.
 * @throws Error in the middle of a round
 */
export function saveCheckpoint(federation: Federation, file: string, options: SaveOptions = {}): void {
  requireNoRound(federation, 'saved');
  const arrays: Record<string, StoredArray> = {};
  const put = (name: string, tensor: Tensor) => {
    arrays[name] = { shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) };
  };
  for (const [name, variable] of variables(federation)) {
    const value = variable.read();
    put(name, value);
    value.dispose();
  }
  for (const [group, { tensors }] of federation.ruleStates) {
    for (const [name, tensor] of Object.entries(tensors)) put(`rule/${group}/${name}`, tensor);
  }
  federation.clients.forEach(({ combination }, i) => {
    for (const [name, tensor] of Object.entries(combination.tensors)) put(`combination/${i}/${name}`, tensor);
  });
  const selection: Note['selection'][number][] = [];
  for (const [kind, chosen] of Object.entries(federation.selection)) {
    chosen.forEach((kept, client) => {
      if (!kept) return;
      selection.push({ kind, client, round: kept.round, score: kept.score });
      for (const [name, tensor] of Object.entries(kept.values)) put(`selection/${kind}/${client}/${name}`, tensor);
    });
  }
  const note: Note = {
    plan: federation.plan.name,
    identity: options.identity,
    round: federation.finished,
    clients: federation.clients.map(({ data, steps, updates, stream, combination }) => ({
      name: data.name,
      steps,
      updates,
      stream: stream.state(),
      combination: combination.numbers,
    })),
    rules: Object.fromEntries([...federation.ruleStates].map(([group, { numbers }]) => [group, numbers])),
    selection,
  };
  writeCheckpoint(file, arrays, note, options);
}

/**
 * Puts a new federation of the same options where the stored one stood, and returns the number of its last round.
 *
 * @throws Error where the file is damaged or of another federation; the federation is then as it was before
 */
export function restoreCheckpoint(federation: Federation, file: string, options: RestoreOptions = {}): number {
  requireNoRound(federation, 'restored');
  const { arrays, note } = readCheckpoint<Note>(file, options);
  requireFit(federation, file, { arrays, note });
  const get = (name: string) => tf.tensor(arrays[name].values, [...arrays[name].shape], 'float32');
  for (const [name, variable] of variables(federation)) {
    const value = get(name);
    variable.assign(value);
    value.dispose();
  }
  const below = (prefix: string) =>
    Object.fromEntries(
      Object.keys(arrays)
        .filter((name) => name.startsWith(prefix))
        .map((name) => [name.slice(prefix.length), get(name)]),
    );
  note.clients.forEach(({ steps, updates, stream, combination }, i) => {
    const client = federation.clients[i];
    client.steps = steps;
    // Files from before there were phases lack the counts: then every step was one of every parameter.
    for (const name of Object.keys(client.updates)) client.updates[name] = updates?.[name] ?? steps;
    client.stream.restore(stream);
    client.combination = { numbers: combination ?? {}, tensors: below(`combination/${i}/`) };
  });
  for (const [group, numbers] of Object.entries(note.rules)) {
    federation.ruleStates.set(group, { numbers, tensors: below(`rule/${group}/`) });
  }
  for (const { kind, client, round, score } of note.selection) {
    federation.selection[kind][client] = { round, score, values: below(`selection/${kind}/${client}/`) };
  }
  federation.continueAfter(note.round);
  return note.round;
}

function requireNoRound({ isPaused, finished }: Federation, what: string): void {
  if (!isPaused) return;
  throw new Error(
    `Round ${finished + 1} was interrupted and is not over, so no checkpoint can be ${what}: end it with await federation.round().`,
  );
}

/** Throws where a checkpoint is not one of this federation, before anything of it is taken over. */
function requireFit(
  federation: Federation,
  file: string,
  { arrays, note }: { arrays: Readonly<Record<string, StoredArray>>; note: Note },
): void {
  const names = federation.clients.map(({ data }) => data.name).join();
  if (note.plan !== federation.plan.name || note.clients.map(({ name }) => name).join() !== names) {
    throw new Error(`${file} was written by another federation (${note.plan}); delete it to start afresh.`);
  }
  for (const [name, { shape }] of variables(federation)) requireArray(file, arrays, name, shape, 'federation');
}

/** Every variable of every client with a name for the file. */
function* variables({ clients }: Federation): Generator<[string, Variable]> {
  for (const [i, { slots, statistics }] of clients.entries()) {
    for (const [name, { value, first, second }] of slots) {
      yield [`client/${i}/${name}`, value];
      yield [`client/${i}/${name}/first`, first];
      yield [`client/${i}/${name}/second`, second];
    }
    for (const [name, variable] of statistics) yield [`client/${i}/${name}`, variable];
  }
}

import { readTensorFile, type StoredArray, writeTensorFile } from '../backend/tensor-file';
import { type Tensor, tf } from '../backend/tensorflow';
import type { Variable } from '../backend/variable';
import type { StreamState } from '../data/row-stream';
import type { CombinationState } from '../multitask/combination';
import type { Federation } from './federation';
import type { RuleState } from './rules/rule';

/** What a checkpoint holds beside tensors. */
interface Note {
  readonly plan: string;
  readonly identity?: string;
  readonly round: number;
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

/** How to store a checkpoint. */
export interface SaveOptions {
  /** Whose checkpoint it is: any text that says which data and configuration belong to it. */
  readonly identity?: string;
  /** Where the checkpoint that was there before is put; without it that one is gone. */
  readonly keep?: string;
}

/** What a checkpoint must fit, beside the federation. */
export interface RestoreOptions {
  /** Only a checkpoint that was stored with this identity is taken. */
  readonly identity?: string;
  /** Only a checkpoint of at most this round is taken. */
  readonly lastRound?: number;
}

/**
 * Stores everything that the next rounds depend on: parameters, optimiser moments, running statistics, positions
 * in the random streams, rule states, what combinations remember and the models that validation has chosen so far.
 *
 * A federation restored from it goes on exactly, number for number.
 */
export function saveCheckpoint(federation: Federation, file: string, { identity, keep }: SaveOptions = {}): void {
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
    identity,
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
  writeTensorFile(file, arrays, note, { keep });
}

/**
 * Puts a new federation of the same options where the stored one stood, and returns the number of its last round.
 *
 * @throws Error where the file is damaged or of another federation; the federation is then as it was before
 */
export function restoreCheckpoint(federation: Federation, file: string, options: RestoreOptions = {}): number {
  const { arrays, note: anyNote } = readTensorFile(file);
  const note = anyNote as Note;
  requireFit(federation, file, { arrays, note }, options);
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

/** Throws where a checkpoint is not one of this federation, before anything of it is taken over. */
function requireFit(
  federation: Federation,
  file: string,
  { arrays, note }: { arrays: Readonly<Record<string, StoredArray>>; note: Note },
  { identity, lastRound = Number.POSITIVE_INFINITY }: RestoreOptions,
): void {
  const names = federation.clients.map(({ data }) => data.name).join();
  if (note.plan !== federation.plan.name || note.clients.map(({ name }) => name).join() !== names) {
    throw new Error(`${file} was written by another federation (${note.plan}); delete it to start afresh.`);
  }
  if (identity !== undefined && note.identity !== identity) {
    throw new Error(`${file} was written with another configuration, other data or another seed.`);
  }
  if (note.round > lastRound) {
    throw new Error(`${file} is of round ${note.round}, but the rounds on record end with ${lastRound}.`);
  }
  for (const [name, { shape }] of variables(federation)) {
    if (!arrays[name]) throw new Error(`${file} lacks ${name}: it was written by another version; delete it.`);
    if (arrays[name].shape.join() !== shape.join()) {
      throw new Error(`${file} holds ${name} of another size: it was written by another federation; delete it.`);
    }
  }
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

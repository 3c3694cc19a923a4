import {
  type CheckpointNote,
  type RestoreOptions,
  readCheckpoint,
  requireArray,
  type SaveOptions,
  writeCheckpoint,
} from '../../backend/checkpoint-file';
import type { StoredArray } from '../../backend/tensor-file';
import { type Tensor, tf } from '../../backend/tensorflow';
import type { Variable } from '../../backend/variable';
import type { CombinationState } from '../../multitask/combination';
import type { Learner } from './learner';
import type { Training } from './train';
import type { EpochRecord } from './types';

/** What a checkpoint holds beside arrays; its rounds are epochs. */
interface Note extends CheckpointNote {
  readonly steps: number;
  readonly updates: Readonly<Record<string, number>>;
  /** Numbers of what the combination of task gradients remembers. */
  readonly combination: CombinationState['numbers'];
  readonly records: readonly EpochRecord[];
  /** The epoch whose vectors are kept, and their width. */
  readonly best?: { readonly epoch: number; readonly width: number };
}

/**
 * Stores everything that the next epochs depend on: parameters, optimiser moments, what the combination remembers, the
 * vectors that validation has chosen so far. Draws follow from seed and epoch alone. To be called between two epochs.
 *
 * A training that is restored from it goes on exactly, number for number.
 */
export function saveTraining({ learner, records, best }: Training, file: string, options: SaveOptions = {}): void {
  const arrays: Record<string, StoredArray> = {};
  const put = (name: string, tensor: Tensor) => {
    arrays[name] = { shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) };
  };
  for (const [name, variable] of variables(learner)) put(name, variable.borrow());
  for (const [name, tensor] of Object.entries(learner.combination.tensors)) put(`combination/${name}`, tensor);
  if (best) {
    const { userVectors, itemVectors } = best.vectors;
    for (const [name, values] of Object.entries({ userVectors, itemVectors })) {
      arrays[`best/${name}`] = { shape: [values.length], values };
    }
  }
  const note: Note = {
    identity: options.identity,
    round: records.length,
    ...{ steps: learner.steps, updates: learner.updates, combination: learner.combination.numbers, records },
    best: best && { epoch: best.record.epoch, width: best.vectors.width },
  };
  writeCheckpoint(file, arrays, note, options);
}

/**
 * Puts a new training of the same options where the stored one stood, and returns the number of its last epoch.
 *
 * @throws Error where the file is damaged or of another training, which is then as it was before
 */
export function restoreTraining(training: Training, file: string, options: RestoreOptions = {}): number {
  const { learner } = training;
  const { arrays, note } = readCheckpoint<Note>(file, options, 'epoch');
  for (const [name, { shape }] of variables(learner)) requireArray(file, arrays, name, shape, 'run');
  const get = (name: string) => tf.tensor(arrays[name].values, [...arrays[name].shape], 'float32');
  for (const [name, variable] of variables(learner)) {
    const value = get(name);
    variable.assign(value);
    value.dispose();
  }
  const prefix = 'combination/';
  const remembered = Object.keys(arrays).filter((name) => name.startsWith(prefix));
  learner.combination = {
    numbers: note.combination,
    tensors: Object.fromEntries(remembered.map((name) => [name.slice(prefix.length), get(name)])),
  };
  Object.assign(learner.updates, note.updates);
  learner.steps = note.steps;
  training.records.push(...note.records);
  if (note.best) {
    const { epoch, width } = note.best;
    const [userVectors, itemVectors] = ['userVectors', 'itemVectors'].map(
      (name) => arrays[`best/${name}`].values as Float32Array,
    );
    training.best = { vectors: { userVectors, itemVectors, width }, record: note.records[epoch - 1] };
  }
  return note.round;
}

/** Every variable of a learner with a name for the file. */
function* variables({ slots }: Learner): Generator<[string, Variable]> {
  for (const [name, { value, first, second }] of Object.entries(slots)) {
    yield [name, value];
    yield [`${name}/first`, first];
    yield [`${name}/second`, second];
  }
}

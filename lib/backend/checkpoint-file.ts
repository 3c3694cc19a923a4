import { readTensorFile, type StoredArray, writeTensorFile } from './tensor-file';

/** How to store a checkpoint. */
export interface SaveOptions {
  /** Whose checkpoint it is: any text that says which data and configuration belong to it. */
  readonly identity?: string;
  /** Where the checkpoint that was there before is put; without it that one is gone. */
  readonly keep?: string;
}

/** What a checkpoint must fit, beside what it is of. */
export interface RestoreOptions {
  /** Only a checkpoint that was stored with this identity is taken. */
  readonly identity?: string;
  /** Only a checkpoint of at most this round, or epoch, is taken. */
  readonly lastRound?: number;
}

/** What every checkpoint says beside its arrays. */
export interface CheckpointNote {
  readonly identity?: string;
  /** Rounds, or epochs, that are over. */
  readonly round: number;
}

/** Writes a checkpoint: whole, or the file is as it was before. */
export const writeCheckpoint = (
  file: string,
  arrays: Readonly<Record<string, StoredArray>>,
  note: CheckpointNote,
  { keep }: SaveOptions,
): void => writeTensorFile(file, arrays, note, { keep });

/**
 * Reads a checkpoint.
 *
 * @param unit what is counted: rounds or epochs
 * @throws Error where the file is damaged, has another identity or is of a later round than the last on record
 */
export function readCheckpoint<Note extends CheckpointNote>(
  file: string,
  { identity, lastRound = Number.POSITIVE_INFINITY }: RestoreOptions,
  unit = 'round',
): { arrays: Readonly<Record<string, StoredArray>>; note: Note } {
  const { arrays, note: anyNote } = readTensorFile(file);
  const note = anyNote as Note;
  if (identity !== undefined && note.identity !== identity) {
    throw new Error(`${file} was written with another configuration, other data or another seed.`);
  }
  if (note.round > lastRound) {
    throw new Error(`${file} is of ${unit} ${note.round}, but the ${unit}s on record end with ${lastRound}.`);
  }
  return { arrays, note };
}

/** Throws unless a checkpoint has an array of this name and shape. */
export function requireArray(
  file: string,
  arrays: Readonly<Record<string, StoredArray>>,
  name: string,
  shape: readonly number[],
  whose: string,
): void {
  if (!arrays[name]) throw new Error(`${file} lacks ${name}: it was written by another version; delete it.`);
  if (arrays[name].shape.join() !== shape.join()) {
    throw new Error(`${file} holds ${name} of another size: it was written by another ${whose}; delete it.`);
  }
}

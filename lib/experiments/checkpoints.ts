import { existsSync, renameSync, rmSync } from 'node:fs';
import type { RestoreOptions, SaveOptions } from '../backend/checkpoint-file';
import type { ResultStore, RunName } from './store';
import { explained } from './store-files';

/** Checkpoints take about this share of the time at most: where one takes long, the next comes later. */
const MOST_TIME = 1 / 20;

/** How what a run trains (a federation, a ranking) is stored in a file and put back. */
export interface CheckpointFormat<Trained> {
  readonly save: (trained: Trained, file: string, options: SaveOptions) => void;
  readonly restore: (trained: Trained, file: string, options: RestoreOptions) => number;
}

/** The checkpoints of one run: the newest, and the one before it in case that the newest cannot be read. */
export interface Checkpoints<Trained> {
  /**
   * Puts what is new where the newest usable checkpoint stood and returns its round or epoch; 0 where there is none.
   * @param lastRound last one on record: a checkpoint of a later one has lost its records and is not taken
   */
  restore(trained: Trained, lastRound: number): number;
  /** Stores a checkpoint if the last one is old enough, or at once. */
  save(trained: Trained, atOnce?: boolean): void;
  /** Removes them: the run has come to its end. */
  remove(): void;
}

/**
 * Checkpoints of a run in its results folder. A file that cannot be used (cut short, damaged, of another run) is put
 * aside under the ending `.unusable` and told about; the checkpoint before it is taken, or else the run starts afresh.
 *
 * @param seconds time between two checkpoints; 0: one after every round, whatever that takes
 */
export function checkpointsOf<Trained>(
  store: Pick<ResultStore, 'folder' | 'path' | 'origin'>,
  { method, seed }: RunName,
  format: CheckpointFormat<Trained>,
  { seconds, onNote }: { readonly seconds: number; readonly onNote: (text: string) => void },
): Checkpoints<Trained> {
  const name = `checkpoint-${encodeURIComponent(method)}-${seed}`;
  const [newest, before] = ['', '.previous'].map((which) => store.path(`${name}${which}.safetensors`));
  const aside = store.path(`${name}.unusable`);
  const identity = [store.origin.configuration, method, seed].join(' ');
  let due = performance.now() + 1000 * seconds;
  return {
    restore(trained, lastRound) {
      for (const file of [newest, before]) {
        if (!existsSync(file)) continue;
        try {
          return format.restore(trained, file, { identity, lastRound });
        } catch (error) {
          explained(store.folder, () => renameSync(file, aside));
          const next = file === newest && existsSync(before) ? 'the checkpoint before it is taken' : 'it starts afresh';
          onNote(`${method}, seed ${seed}: ${(error as Error).message} The file is now ${aside}; ${next}.`);
        }
      }
      return 0;
    },
    save(trained, atOnce = false) {
      const began = performance.now();
      if (!atOnce && began < due) return;
      explained(store.folder, () => format.save(trained, newest, { identity, keep: before }));
      const ended = performance.now();
      if (seconds > 0) due = ended + Math.max(1000 * seconds, (ended - began) / MOST_TIME);
    },
    remove() {
      for (const file of [newest, before, aside]) rmSync(file, { force: true });
    },
  };
}

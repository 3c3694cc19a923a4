import { existsSync, renameSync, rmSync } from 'node:fs';
import { restoreCheckpoint, saveCheckpoint } from '../federated/checkpoint';
import type { Federation } from '../federated/federation';
import type { ResultStore, RunName } from './store';
import { explained } from './store-files';

/** Checkpoints take about this share of the time at most: where one takes long, the next comes later. */
const MOST_TIME = 1 / 20;

/** The checkpoints of one run: the newest, and the one before it in case that the newest cannot be read. */
export interface Checkpoints {
  /**
   * Puts a new federation where the newest usable checkpoint stood and returns its round; 0 where there is none.
   * @param lastRound last round on record: a checkpoint of a later one has lost its records and is not taken
   */
  restore(federation: Federation, lastRound: number): number;
  /** Stores a checkpoint if the last one is old enough, or at once. */
  save(federation: Federation, atOnce?: boolean): void;
  /** Removes them: the run has come to its end. */
  remove(): void;
}

/**
 * Checkpoints of a run in its results folder. A file that cannot be used (cut short, damaged, of another run) is put
 * aside under the ending `.unusable` and told about; the checkpoint before it is taken, or else the run starts afresh.
 *
 * @param seconds time between two checkpoints; 0: one after every round, whatever that takes
 */
export function checkpointsOf(
  store: ResultStore,
  { method, seed }: RunName,
  seconds: number,
  onNote: (text: string) => void,
): Checkpoints {
  const name = `checkpoint-${encodeURIComponent(method)}-${seed}`;
  const [newest, before] = ['', '.previous'].map((which) => store.path(`${name}${which}.safetensors`));
  const aside = store.path(`${name}.unusable`);
  const identity = [store.origin.configuration, method, seed].join(' ');
  let due = performance.now() + 1000 * seconds;
  return {
    restore(federation, lastRound) {
      for (const file of [newest, before]) {
        if (!existsSync(file)) continue;
        try {
          return restoreCheckpoint(federation, file, { identity, lastRound });
        } catch (error) {
          explained(store.folder, () => renameSync(file, aside));
          const next = file === newest && existsSync(before) ? 'the checkpoint before it is taken' : 'it starts afresh';
          onNote(`${method}, seed ${seed}: ${(error as Error).message} The file is now ${aside}; ${next}.`);
        }
      }
      return 0;
    },
    save(federation, atOnce = false) {
      const began = performance.now();
      if (!atOnce && began < due) return;
      explained(store.folder, () => saveCheckpoint(federation, newest, { identity, keep: before }));
      const ended = performance.now();
      if (seconds > 0) due = ended + Math.max(1000 * seconds, (ended - began) / MOST_TIME);
    },
    remove() {
      for (const file of [newest, before, aside]) rmSync(file, { force: true });
    },
  };
}

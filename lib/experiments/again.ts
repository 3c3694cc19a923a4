import { renameSync, rmSync } from 'node:fs';
import type { ResultStore, RunLine, RunName } from './store';

/**
 * Performs runs anew although a store has their results: in a folder `again` inside the store's folder. What is finished
 * there replaces the old lines at the end, also where `perform` was stopped or failed; the next call goes on with the
 * rest. Until then nothing of the store changes.
 *
 * @param open opens a folder as the store itself was opened
 * @param runs all that are to be done; the inner folder is removed when they are
 */
export async function performAnew<Line extends RunLine, Round extends RunName, Result>(
  store: ResultStore<Line, Round>,
  open: (folder: string) => ResultStore<Line, Round>,
  runs: readonly RunName[],
  perform: (fresh: ResultStore<Line, Round>) => Promise<Result>,
): Promise<Result> {
  const old = store.path('again.old'); // a folder that is being removed is not one to go on in
  rmSync(old, { recursive: true, force: true });
  const fresh = open(store.path('again'));
  try {
    return await perform(fresh);
  } finally {
    store.takeOver(fresh);
    const isDone = runs.every(({ method, seed }) => fresh.isFinished(method, seed));
    fresh.close();
    if (isDone) {
      renameSync(fresh.folder, old);
      rmSync(old, { recursive: true });
    }
  }
}

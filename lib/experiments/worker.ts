import { performAnew } from './again';
import { endWithParent } from './end-with-parent';
import { environmentNow } from './origin';
import { openStore, type ResultStore } from './store';
import { dataOf, performRun, type StudyRow, type StudyRun } from './study';

/** What a worker is asked to do: one run, kept in a folder of its own. */
export interface WorkerTask {
  readonly run: StudyRun;
  readonly folder: string;
  /** Whether a finished run is computed anew. */
  readonly again: boolean;
}

/** What it says now and then while it computes. */
export interface WorkerProgress {
  /** Done of the run, 0 … 1. */
  readonly share: number;
  /** Most main memory that the process has held so far, in bytes. */
  readonly memory: number;
}

/**
 * What it answers at the end. `computed`: whether it had to compute, or only to read; `signal`: what ended the process,
 * where it could not answer itself.
 */
export type WorkerAnswer =
  | { readonly rows: readonly StudyRow[]; readonly computed: boolean; readonly memory: number }
  | { readonly problem: string; readonly signal?: string };

const PROGRESS_MILLISECONDS = 500;

async function perform({ run, folder, again }: WorkerTask): Promise<WorkerAnswer> {
  const { point, method, seed, split } = run;
  const { name, fingerprint } = await dataOf(point);
  const configuration = {
    ...{ ...point.config, methods: [method], seeds: [seed], split },
    // Without the places of files, which say nothing about their contents.
    dataset: { name, fingerprint, ...point.open, data: undefined, cache: undefined },
    environment: environmentNow(),
  };
  const store = openStore(folder, configuration);
  try {
    const computed = again || !store.isFinished(method, seed);
    const into = (one: ResultStore) => performRun(run, { store: one, onProgress: (_, share) => tell(share) });
    const rows = again ? await performAnew(store, configuration, [{ method, seed }], into) : await into(store);
    return { rows, computed, memory: memoryPeak() };
  } finally {
    store.close();
  }
}

const memoryPeak = (): number => process.resourceUsage().maxRSS * 1024;

let told = 0;
function tell(share: number): void {
  if (performance.now() - told < PROGRESS_MILLISECONDS) return;
  told = performance.now();
  process.send?.({ share, memory: memoryPeak() } satisfies WorkerProgress);
}

endWithParent();
process.on('message', (task: WorkerTask) => {
  perform(task)
    .catch((problem: Error): WorkerAnswer => ({ problem: problem.message }))
    .then((answer) => process.send?.(answer));
});

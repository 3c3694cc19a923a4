import { performAnew } from './again';
import type { AnyRow } from './compared';
import { endWithParent } from './end-with-parent';
import { problemText } from './failures';
import { environmentNow } from './origin';
import { openRankingStore } from './ranking/store';
import { isRankingPoint, performRankingRun, rankingDataOf } from './ranking/study';
import { openStore, type ResultStore, type RunLine, type RunName } from './store';
import { type AnyPoint, dataOf, performRun, type StudyRun } from './study';

/** What a worker is asked to do: one run, kept in a folder of its own. */
export interface WorkerTask {
  readonly run: StudyRun<AnyPoint>;
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
  | { readonly rows: readonly AnyRow[]; readonly computed: boolean; readonly memory: number }
  | { readonly problem: string; readonly signal?: string };

const PROGRESS_MILLISECONDS = 500;

async function perform({ run, folder, again }: WorkerTask): Promise<WorkerAnswer> {
  const { point, method, seed, split } = run;
  const { name, fingerprint } = await (isRankingPoint(point) ? rankingDataOf(point) : dataOf(point));
  const configuration = {
    ...{ ...point.config, methods: [method], seeds: [seed], split },
    // Without the places of files, which say nothing about their contents.
    dataset: { name, fingerprint, ...point.open, data: undefined, cache: undefined },
    environment: environmentNow(),
  };
  if (isRankingPoint(point)) {
    const { epochs } = point.config;
    return performIn(
      folder,
      again,
      { method, seed },
      (at) => openRankingStore(at, configuration),
      (store) =>
        performRankingRun(
          { ...run, point },
          { store, onProgress: ({ epoch }, share) => tell((epoch - 1 + share) / epochs) },
        ),
    );
  }
  return performIn(
    folder,
    again,
    { method, seed },
    (at) => openStore(at, configuration),
    (store) => performRun({ ...run, point }, { store, onProgress: (_, share) => tell(share) }),
  );
}

/** One run in its own folder: computed, read where it is finished, or computed anew. */
async function performIn<Line extends RunLine, Round extends RunName>(
  folder: string,
  again: boolean,
  run: RunName,
  open: (folder: string) => ResultStore<Line, Round>,
  into: (store: ResultStore<Line, Round>) => Promise<readonly AnyRow[]>,
): Promise<WorkerAnswer> {
  const store = open(folder);
  try {
    const computed = again || !store.isFinished(run.method, run.seed);
    const rows = again ? await performAnew(store, open, [run], into) : await into(store);
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
    .catch((problem: Error): WorkerAnswer => ({ problem: problemText(problem) }))
    .then((answer) => process.send?.(answer));
});

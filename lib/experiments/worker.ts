import { environmentNow } from './origin';
import { openStore } from './store';
import { dataOf, performRun, type StudyRow, type StudyRun } from './study';

/** What a worker is asked to do: one run, kept in a folder of its own. */
export interface WorkerTask {
  readonly run: StudyRun;
  readonly folder: string;
}

/** What it answers. */
export type WorkerAnswer = { readonly rows: readonly StudyRow[] } | { readonly problem: string };

async function perform({ run, folder }: WorkerTask): Promise<WorkerAnswer> {
  const { point, method, seed, split } = run;
  const { config, open } = point;
  const { name, fingerprint } = await dataOf(point);
  const store = openStore(folder, {
    ...config,
    methods: [method],
    seeds: [seed],
    split,
    // Without the places of files, which say nothing about their contents.
    dataset: { name, fingerprint, ...open, data: undefined, cache: undefined },
    environment: environmentNow(),
  });
  try {
    return { rows: await performRun(run, store) };
  } finally {
    store.close();
  }
}

// The parent has died: what is on disk is whole, and the next call goes on from there.
process.on('disconnect', () => process.exit());
process.on('message', (task: WorkerTask) => {
  perform(task)
    .catch((problem: Error): WorkerAnswer => ({ problem: problem.message }))
    .then((answer) => process.send?.(answer));
});

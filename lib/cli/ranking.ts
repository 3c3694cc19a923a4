import { join } from 'node:path';
import { deviceBanner, openDevice } from '../backend/device';
import { performAnew } from '../experiments/again';
import { readConfig } from '../experiments/config';
import type { FailedRun } from '../experiments/failures';
import { environmentNow } from '../experiments/origin';
import {
  auxiliaryOf,
  makeRankingConfig,
  openRankingStore,
  type RankingConfig,
  type RankingOverrides,
  type RankingStore,
  runRanking,
} from '../experiments/ranking';
import type { RunName } from '../experiments/store';
import { openRankingDataset, type RankingDataset } from '../ranking';
import { rankingTable, tableText } from '../report';
import { failureText, tellFailures } from './failures';
import { type RankingFlags, rankingOverridesOf } from './ranking-options';
import { showEpochs } from './ranking-progress';
import { announce, leftOut } from './supervise';

/** `run` on a ranking data set: trains methods, shows progress, and leaves results and a table. */
export async function runRankingMethods(name: string, flags: RankingFlags): Promise<void> {
  const began = performance.now();
  const file = flags.config ? (readConfig(flags.config) as RankingOverrides) : {};
  const config = makeRankingConfig([{ name }, file, rankingOverridesOf(flags)], flags.config ?? 'options');
  const device = openDevice();
  console.log(`pf-msmtrec · ${deviceBanner(device)}`);

  const data = flags.data?.[0];
  const dataset = await openRankingDataset(name, { seed: config.dataSeed, ...(data !== undefined && { data }) });
  for (const warning of dataset.warnings) console.log(`Warning: ${warning}`);
  const auxiliary = auxiliaryOf(config, dataset); // before anything is written
  console.log(`${describe(dataset, auxiliary)} (${((performance.now() - began) / 1000).toFixed(1)} s)`);

  const configuration = {
    ...{ ...config, auxiliary },
    dataset: { name: dataset.name, fingerprint: dataset.fingerprint },
    environment: environmentNow(),
  };
  const store = openRankingStore(flags.out ?? join('results', config.name), configuration, { resume: flags.resume });
  try {
    const runs = config.seeds.flatMap((seed) => config.methods.map((method) => ({ method, seed })));
    const performed = (into: RankingStore) => train(config, dataset, into, { folder: store.folder, flags });
    const { stopped, failures } = flags.again
      ? await performAnew(store, (folder) => openRankingStore(folder, configuration), runs, performed)
      : await performed(store);
    const { results } = store.read();
    if (results.length > 0)
      console.log(`\n${tableText(rankingTable(results), { width: process.stdout.columns ?? 120 })}`);
    console.log(
      stopped
        ? `Stopped. The same command goes on from here; results so far are in ${store.folder}.`
        : `\nResults: ${store.folder}`,
    );
    tellFailures(store.folder, failures);
  } finally {
    store.close();
  }
}

/** Trains all that is missing, and says whether the user stopped it and what failed. */
async function train(
  config: RankingConfig,
  dataset: RankingDataset,
  store: RankingStore,
  { folder, flags }: { folder: string; flags: RankingFlags },
): Promise<{ stopped: boolean; failures: FailedRun[] }> {
  let stopping = false;
  const failures: FailedRun[] = [...leftOut()];
  const hasFailed = ({ method, seed }: RunName) => failures.some((one) => one.method === method && one.seed === seed);
  const progress = showEpochs(config.epochs);
  const stop = () => {
    if (stopping) process.exit(130); // the second time at once: the store's files are whole at any moment
    stopping = true;
    progress.stop();
    console.log('Stopping after this epoch; press Ctrl-C again to stop at once.');
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const epochs = runRanking(config, dataset, {
      store,
      checkpointSeconds: flags.checkpointSeconds,
      leaveOut: hasFailed,
      onStart: ({ method, seed }) => announce({ folder, method, seed }),
      onProgress: (run, share) => {
        if (!stopping) progress.update(run, share);
      },
      onFailure(failure) {
        failures.push(failure);
        process.stderr.write(`Failed: ${failureText(failure)}\n`);
      },
      shouldStop: () => stopping,
    });
    for await (const epoch of epochs) if (!stopping) progress.epoch(epoch);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    if (!stopping) progress.stop();
  }
  const isDone = (run: RunName) => store.isFinished(run.method, run.seed) || hasFailed(run);
  const isWhole = config.seeds.every((seed) => config.methods.every((method) => isDone({ method, seed })));
  return { stopped: stopping && !isWhole, failures };
}

function describe({ name, users, items, train }: RankingDataset, auxiliary: readonly string[]): string {
  const counts = [users, items, train.users.length].map((count) => count.toLocaleString('en'));
  const beside = auxiliary.length > 0 ? `; beside bpr: ${auxiliary.join(', ')}` : '';
  return `${name}: ${counts[0]} users, ${counts[1]} items, ${counts[2]} training interactions${beside}`;
}

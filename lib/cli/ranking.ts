import { join } from 'node:path';
import { deviceBanner, openDevice } from '../backend/device';
import { readConfig } from '../experiments/config';
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
import { openRankingDataset, type RankingDataset } from '../ranking';
import { rankingTable, tableText } from '../report';
import { type RankingFlags, rankingOverridesOf } from './ranking-options';
import { showEpochs } from './ranking-progress';

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

  const store = openRankingStore(flags.out ?? join('results', config.name), {
    ...{ ...config, auxiliary },
    dataset: { name: dataset.name, fingerprint: dataset.fingerprint },
    environment: environmentNow(),
  });
  try {
    const isDone = await train(config, dataset, store);
    const { results } = store.read();
    if (results.length > 0)
      console.log(`\n${tableText(rankingTable(results), { width: process.stdout.columns ?? 120 })}`);
    console.log(
      isDone
        ? `\nResults: ${store.folder}`
        : `Stopped. The same command goes on with what is not finished; results so far are in ${store.folder}.`,
    );
  } finally {
    store.close();
  }
}

/** Trains all that is missing; false if the user stopped it. */
async function train(config: RankingConfig, dataset: RankingDataset, store: RankingStore): Promise<boolean> {
  let stopping = false;
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
      onProgress: (run, share) => {
        if (!stopping) progress.update(run, share);
      },
      shouldStop: () => stopping,
    });
    for await (const epoch of epochs) if (!stopping) progress.epoch(epoch);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    if (!stopping) progress.stop();
  }
  return config.seeds.every((seed) => config.methods.every((method) => store.isFinished(method, seed)));
}

function describe({ name, users, items, train }: RankingDataset, auxiliary: readonly string[]): string {
  const counts = [users, items, train.users.length].map((count) => count.toLocaleString('en'));
  const beside = auxiliary.length > 0 ? `; beside bpr: ${auxiliary.join(', ')}` : '';
  return `${name}: ${counts[0]} users, ${counts[1]} items, ${counts[2]} training interactions${beside}`;
}

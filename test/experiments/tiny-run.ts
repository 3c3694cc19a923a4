// A program for the tests of interruption: a tiny experiment in a results folder, from wherever it stands to its end.
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { writeTensorFile } from '../../lib/backend/tensor-file';
import { type ConfigOverrides, makeConfig } from '../../lib/experiments/config';
import { environmentNow } from '../../lib/experiments/origin';
import { makeRankingConfig, openRankingStore, runRanking } from '../../lib/experiments/ranking';
import { runExperiment } from '../../lib/experiments/run';
import { openStore, type RunName } from '../../lib/experiments/store';
import { saveCheckpoint } from '../../lib/federated/checkpoint';
import { openRankingDataset } from '../../lib/ranking';
import { datasetOf, randomSplit, tinySizes } from '../federated/fixtures';
import { type Change, type Fault, faultAt } from './faults';

/** Everything that a run remembers between rounds is in one of these. */
const configurations: Record<string, ConfigOverrides> = {
  'bottom-up': {
    methods: ['pf-msmtrec'],
    combine: { method: 'famo' },
    pfMsmtrec: { schedule: 'bottom-up', experts: { rates: { trained: true } }, towers: { rates: { trained: true } } },
  },
  joint: { methods: ['fedavg', 'pf-msmtrec'], combine: { method: 'mocograd' }, optimizer: { tables: 'dense' } },
};

const splits = { a: randomSplit(200, 1), b: randomSplit(100, 2), c: randomSplit(150, 3) };
const dataset = datasetOf(splits, ['click', 'buy']);

const rankingConfig = makeRankingConfig([
  {
    ...{ methods: ['mocograd', 'pmtrec'], seeds: [1, 2], epochs: 6, patience: 3, embedding: 4, batch: 32 },
    ...{ encoder: 'lightgcn', layers: 2, auxiliary: ['social', 'co-view'] },
  },
]);

/** What was trained as files: the same bytes where every number is the same. */
function putTrained(folder: string, { method, seed }: RunName, write: (file: string) => void): void {
  const file = join(folder, `trained-${method}-${seed}`);
  write(`${file}.part`);
  renameSync(`${file}.part`, file);
}

async function federation(folder: string, name: string): Promise<void> {
  const config = makeConfig([
    { seeds: [1, 2], rounds: 6, localWork: { steps: 4 }, batch: 32, participation: 0.7, model: tinySizes },
    configurations[name],
  ]);
  const store = openStore(folder, {
    ...config,
    dataset: { name: dataset.name, fingerprint: dataset.fingerprint },
    environment: environmentNow(),
  });
  console.log('begins');
  const run = runExperiment(config, dataset, {
    store,
    checkpointSeconds: 0,
    onTrained: (trained, one) => putTrained(folder, one, (file) => saveCheckpoint(trained, file)),
  });
  for await (const _ of run);
  store.close();
}

async function ranking(folder: string): Promise<void> {
  const { name, fingerprint } = await rankingData;
  const configuration = { ...rankingConfig, dataset: { name, fingerprint }, environment: environmentNow() };
  const store = openRankingStore(folder, configuration);
  console.log('begins');
  const run = runRanking(rankingConfig, await rankingData, {
    store,
    checkpointSeconds: 0,
    onTrained({ userVectors, itemVectors }, one) {
      const arrays = { users: stored(userVectors), items: stored(itemVectors) };
      putTrained(folder, one, (file) => writeTensorFile(file, arrays, {}));
    },
  });
  for await (const _ of run);
  store.close();
}

const rankingData = openRankingDataset('synthetic-ranking', { synthetic: { users: 80, items: 50, perUser: 10 } });
const stored = (values: Float32Array) => ({ shape: [values.length], values });

async function main([folder, name, change, at, fault]: string[]): Promise<void> {
  if (change !== undefined) faultAt(change as Change, Number(at), fault as Fault);
  await (name === 'ranking' ? ranking(folder) : federation(folder, name));
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

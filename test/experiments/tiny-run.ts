// A program for the tests of interruption: a tiny experiment in a results folder, from wherever it stands to its end.
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { type ConfigOverrides, makeConfig } from '../../lib/experiments/config';
import { environmentNow } from '../../lib/experiments/origin';
import { runExperiment } from '../../lib/experiments/run';
import { openStore } from '../../lib/experiments/store';
import { saveCheckpoint } from '../../lib/federated/checkpoint';
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

/** The trained federations as files: the same bytes where every number is the same. */
const trained = (folder: string, method: string, seed: number) => join(folder, `trained-${method}-${seed}`);

async function main([folder, name, change, at, fault]: string[]): Promise<void> {
  const config = makeConfig([
    { seeds: [1, 2], rounds: 6, localWork: { steps: 4 }, batch: 32, participation: 0.7, model: tinySizes },
    configurations[name],
  ]);
  if (change !== undefined) faultAt(change as Change, Number(at), fault as Fault);
  const store = openStore(folder, {
    ...config,
    dataset: { name: dataset.name, fingerprint: dataset.fingerprint },
    environment: environmentNow(),
  });
  console.log('begins');
  const run = runExperiment(config, dataset, {
    store,
    checkpointSeconds: 0,
    onTrained(federation, { method, seed }) {
      saveCheckpoint(federation, `${trained(folder, method, seed)}.part`);
      renameSync(`${trained(folder, method, seed)}.part`, trained(folder, method, seed));
    },
  });
  for await (const _ of run);
  store.close();
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

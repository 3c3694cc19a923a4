import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deviceBanner, openDevice } from '../backend/device';
import { dataCard, dataCardText, type OpenOptions, openDataset } from '../data';
import { projectRoot } from '../data/paths';
import type { Dataset } from '../data/types';
import { type ExperimentConfig, makeConfig, readConfig } from '../experiments/config';
import { presets } from '../experiments/presets';
import { runExperiment } from '../experiments/run';
import { openStore, type ReferenceScores, type ResultStore } from '../experiments/store';
import { choiceFor } from '../multitask/choice';
import { resultTable, tableText, writeReport } from '../report';
import { defined, overridesOf, type RunFlags } from './options';
import { showProgress } from './progress';

/** `run`: trains methods on a data set, shows progress, and leaves results, a table and a report. */
export async function run(name: string, flags: RunFlags): Promise<void> {
  const began = performance.now();
  const preset = presets[name]?.config ?? {};
  const file = flags.config ? readConfig(flags.config) : {};
  const config = makeConfig([preset, file, overridesOf(flags)], flags.config ?? 'options');
  const device = openDevice();
  console.log(`pf-msmtrec · ${deviceBanner(device)}`);

  const dataset = await openDataset(flags.schema ?? name, openOptions(name, flags));
  if (config.combine) choiceFor(config.combine, dataset.tasks); // before anything is written
  for (const warning of dataset.warnings) console.log(`Warning: ${warning}`);
  console.log(`${describe(dataset)} (${((performance.now() - began) / 1000).toFixed(1)} s)`);

  const store = openStore(flags.out ?? join('results', config.name), {
    ...config,
    dataset: { name: dataset.name, fingerprint: dataset.fingerprint },
    environment: { ...device, package: packageVersion() },
  });
  try {
    store.writeDataCard(dataCardText(dataCard(dataset)));
    store.writeReferences(referencesFor(name, dataset));
    if (await train(config, dataset, store)) conclude(config, store);
    else console.log(`Stopped. The same command goes on from here; results so far are in ${store.folder}.`);
  } finally {
    store.close();
  }
}

function openOptions(name: string, { data, schema, ...flags }: RunFlags): OpenOptions {
  if (schema !== undefined) return { data };
  if (name !== 'synthetic') return { data: data?.length === 1 ? data[0] : data };
  const { scale, scenarioConflict, taskConflict, inputShift, clicksOnly, dataSeed: seed } = flags;
  return { synthetic: defined({ scale, scenarioConflict, taskConflict, inputShift, clicksOnly, seed }) };
}

/** Trains all that is missing; false if the user stopped it. */
async function train(config: ExperimentConfig, dataset: Dataset, store: ResultStore): Promise<boolean> {
  let stopping = false;
  const progress = showProgress(config.rounds);
  const stop = () => {
    if (stopping) process.exit(130); // the second time at once: the store's files are whole at any moment
    stopping = true;
    progress.stop(false);
    console.log('Stopping after this round; press Ctrl-C again to stop at once.');
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const rounds = runExperiment(config, dataset, {
      store,
      onProgress: (run, share) => {
        if (!stopping) progress.update(run, share);
      },
      shouldStop: () => stopping,
    });
    for await (const record of rounds) progress.round(record);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    if (!stopping) progress.stop(finished(config, store));
  }
  return finished(config, store);
}

const finished = ({ seeds, methods }: ExperimentConfig, store: ResultStore): boolean =>
  seeds.every((seed) => methods.every((method) => store.isFinished(method, seed)));

function conclude(config: ExperimentConfig, store: ResultStore): void {
  const { results, references } = store.read();
  const table = resultTable(results, { selection: config.selection, references });
  console.log(`\n${tableText(table, { width: process.stdout.columns ?? 120 })}`);
  console.log(`\nReport: ${writeReport(store.folder)}`);
}

function describe({ name, scenarios, tasks, categorical, numerical }: Dataset): string {
  const rows = scenarios.map((scenario) => `${scenario.name} ${scenario.splits.train.rows.toLocaleString('en')}`);
  const fields = `${categorical.length} categorical and ${numerical.length} numerical fields`;
  return `${name}: ${tasks.join(', ')} in ${scenarios.length} scenarios, training rows ${rows.join(', ')}; ${fields}`;
}

/** Figures to show beside the methods: those of the preset, and what no model can beat where that is known. */
function referencesFor(name: string, { scenarios, tasks, bayesAuc }: Dataset): ReferenceScores[] {
  const known = [...(presets[name]?.references ?? [])];
  if (!bayesAuc) return known;
  const perTask = (scenario: number) => Object.fromEntries(tasks.map((task, t) => [task, bayesAuc[scenario][t]]));
  const values = Object.fromEntries(scenarios.map((scenario, s) => [scenario.name, perTask(s)]));
  return [...known, { name: 'best possible', kind: 'ceiling', values }];
}

/** The version that configurations record. */
export function packageVersion(): string {
  const file = readFileSync(join(projectRoot(), 'package.json'), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

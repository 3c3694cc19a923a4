import { join } from 'node:path';
import { deviceBanner, openDevice } from '../backend/device';
import { dataCard, dataCardText, type OpenOptions, openDataset } from '../data';
import type { Dataset } from '../data/types';
import { performAnew } from '../experiments/again';
import { type ExperimentConfig, makeConfig, readConfig } from '../experiments/config';
import type { FailedRun } from '../experiments/failures';
import { environmentNow } from '../experiments/origin';
import { presets } from '../experiments/presets';
import { runExperiment } from '../experiments/run';
import { openStore, type ReferenceScores, type ResultStore } from '../experiments/store';
import { choiceFor } from '../multitask/choice';
import { resultTable, tableText, writeReport } from '../report';
import { failureText, runText, tellFailures } from './failures';
import { defined, overridesOf, type RunFlags } from './options';
import { showProgress } from './progress';
import { announce, leftOut } from './supervise';

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

  const configuration = {
    ...config,
    dataset: { name: dataset.name, fingerprint: dataset.fingerprint },
    environment: environmentNow(),
  };
  const store = openStore(flags.out ?? join('results', config.name), configuration, { resume: flags.resume });
  try {
    store.writeDataCard(dataCardText(dataCard(dataset)));
    store.writeReferences(referencesFor(name, dataset));
    tellOtherCode(store, flags);
    const runs = config.seeds.flatMap((seed) => config.methods.map((method) => ({ method, seed })));
    const performed = (into: ResultStore) => train(config, dataset, into, { folder: store.folder, flags });
    const { stopped, failures } = flags.again
      ? await performAnew(store, (folder) => openStore(folder, configuration), runs, performed)
      : await performed(store);
    if (stopped) {
      console.log(`Stopped. The same command goes on from here; results so far are in ${store.folder}.`);
    } else {
      conclude(config, store);
    }
    tellFailures(store.folder, failures);
  } finally {
    store.close();
  }
}

/** Results of other code stay as they are; whoever reads them should know. */
function tellOtherCode(store: ResultStore, { again }: RunFlags): void {
  const { code } = store.origin;
  const other = new Set(store.read().results.flatMap((line) => (line.code === code ? [] : (line.code ?? 'unknown'))));
  if (other.size === 0 || again) return;
  console.log(
    `Note: finished runs in ${store.folder} come from other code (${[...other].join(', ')}, now ${code}); --again computes them anew.`,
  );
}

function openOptions(name: string, { data, schema, ...flags }: RunFlags): OpenOptions {
  if (schema !== undefined) return { data };
  if (name !== 'synthetic') return { data: data?.length === 1 ? data[0] : data };
  const { scale, scenarioConflict, taskConflict, inputShift, clicksOnly, dataSeed: seed } = flags;
  return { synthetic: defined({ scale, scenarioConflict, taskConflict, inputShift, clicksOnly, seed }) };
}

/** Trains all that is missing, and says whether the user stopped it and what failed. */
async function train(
  config: ExperimentConfig,
  dataset: Dataset,
  store: ResultStore,
  { folder, flags }: { folder: string; flags: RunFlags },
): Promise<{ stopped: boolean; failures: FailedRun[] }> {
  let stopping = false;
  const failures: FailedRun[] = [...leftOut()];
  const progress = showProgress(config.rounds);
  const stop = () => {
    if (stopping) process.exit(130); // the second time at once: the store's files are whole at any moment
    stopping = true;
    progress.stop(false);
    console.log('Stopping after this round; press Ctrl-C again to stop at once.');
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  let begun: string | undefined;
  let isComplete = false;
  try {
    const rounds = runExperiment(config, dataset, {
      store,
      checkpointSeconds: flags.checkpointSeconds,
      leaveOut: ({ method, seed }) => failures.some((one) => one.method === method && one.seed === seed),
      onProgress: (run, share) => {
        const name = runText(run);
        if (name !== begun) announce({ folder, method: run.method, seed: run.seed });
        begun = name;
        if (!stopping) progress.update(run, share);
      },
      onFailure(failure) {
        failures.push(failure);
        process.stderr.write(`Failed: ${failureText(failure)}\n`);
      },
      shouldStop: () => stopping,
    });
    for await (const record of rounds) progress.round(record);
    isComplete = true;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    if (!stopping) progress.stop(isComplete);
  }
  return { stopped: stopping && !isFinished(config, store, failures), failures };
}

/** Whether nothing is left to do. */
function isFinished(config: ExperimentConfig, store: ResultStore, failures: readonly FailedRun[]): boolean {
  const failed = new Set(failures.map(runText));
  const isDone = (method: string, seed: number) =>
    store.isFinished(method, seed) || failed.has(runText({ method, seed }));
  return config.seeds.every((seed) => config.methods.every((method) => isDone(method, seed)));
}

function conclude(config: ExperimentConfig, store: ResultStore): void {
  const { results, references } = store.read();
  if (results.length === 0) return;
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

import { forgetBrokenOff } from '../backend/broken-off';
import type { AdamOptions } from '../backend/operations/adam';
import { permutation, seedAt } from '../backend/random';
import { stopPressed } from '../backend/stop-button';
import { type Tensor, tf } from '../backend/tensorflow';
import { batcher } from '../data/batch';
import { clientPerScenario, pooledClient, scenarioField } from '../data/pool';
import type { Dataset } from '../data/types';
import type { Score } from '../metrics/types';
import type { DataShape, Model } from '../models/model';
import { plainTemplate, type Template } from '../models/template';
import { choiceFor } from '../multitask/choice';
import { type Client, disposeClient, readValues } from './client';
import type { DiagnosticsLevel } from './diagnostics/types';
import { type Watch, watchRound } from './diagnostics/watch';
import { disposeValues, evaluateClient, macroAuc } from './evaluate';
import { requireWorkOfAll } from './local-work';
import { type Pausable, pausable, type Rest } from './pause';
import type { SharingPlan } from './plan';
import type { RoundRecord } from './record';
import { trainAndAggregate } from './round';
import type { RuleState } from './rules/rule';
import { disposeSelection, emptySelection, type Selection, type SelectionKind, updateSelection } from './selection';
import { createClients, requireFit } from './set-up';
import { type TrainingOptions, trainingDefaults } from './train';

export interface FederationOptions extends Partial<Omit<TrainingOptions, 'optimizer'>> {
  /** Settings of Adam that differ from the defaults. */
  readonly optimizer?: Partial<AdamOptions>;
  readonly dataset: Dataset;
  readonly plan: SharingPlan;
  /**
   * Makes the clients' model; all clients have the same, but for the tasks that one lacks: then it is also made for the
   * others alone. A plan with a template hands it over here.
   */
  readonly model: (shape: DataShape, template: Template) => Model;
  readonly seed: number;
  /** How much the rounds' records say beside scores; no number of training depends on it. Default `full`. */
  readonly diagnostics?: DiagnosticsLevel;
  /** Called now and then during local training with the share of the round's steps that is done, 0 … 1. */
  readonly onProgress?: (share: number) => void;
  /**
   * Asked about ten times a second while a round trains: true interrupts it. Default: whether the notebook's stop button
   * was pressed in this cell.
   */
  readonly isInterrupted?: () => boolean;
}

/** A score of a chosen model. */
export interface ChosenScore {
  readonly score: Score;
  /** The round that validation chose. */
  readonly round: number;
}

/** Clients and server of one method and seed. */
export interface Federation {
  readonly plan: SharingPlan;
  /** The model with all tasks; a client that lacks some has a smaller one. */
  readonly model: Model;
  readonly clients: readonly Client[];
  /** State of the rules, by parameter group. */
  readonly ruleStates: Map<string, RuleState>;
  readonly selection: Selection;
  /** Rounds finished so far. */
  readonly finished: number;
  /**
   * Whether a round stands still in the middle of local training, because it was interrupted. Nothing of it has been
   * chosen by validation, and of its last phase nothing has been aggregated; `clients` stand between two local steps.
   */
  readonly isPaused: boolean;
  /**
   * Trains, aggregates and evaluates once.
   *
   * An interrupted round stands still between two local steps. The next call goes on with it, and it ends with the same
   * numbers as without the interruption.
   *
   * @throws InterruptedError when it is interrupted
   */
  round(): Promise<RoundRecord>;
  /** The next rounds, one by one. Leaving the loop early, or an interruption, is fine: a later call goes on from there. */
  rounds(count: number): AsyncGenerator<RoundRecord, void, undefined>;
  /** Scores of the models that validation chose, with the round each was chosen in. The test split is for the end. */
  evaluateChosen(split: 'validation' | 'test', kind: SelectionKind): ChosenScore[];
  /** Goes on from a restored checkpoint as if these rounds had been run here. */
  continueAfter(round: number): void;
  /** Frees the device memory of all clients. */
  dispose(): void;
}

/** What a model must know of a data set; a pooled plan adds the scenario as a field. */
export function dataShape(dataset: Dataset, pooled = false): DataShape {
  const fields = pooled ? [...dataset.categorical, scenarioField(dataset)] : dataset.categorical;
  return { fieldSizes: fields.map(({ size }) => size), numbers: dataset.numerical.length, tasks: dataset.tasks };
}

/** Sets up clients with equal initial values. Everything random follows from `seed`. */
export function createFederation(options: FederationOptions): Federation {
  const { dataset, plan, seed, onProgress, diagnostics: level = 'full' } = options;
  const training = trainingOf(options);
  requireWorkOfAll(
    training.localWork,
    dataset.scenarios.map(({ name }) => name),
  );
  const shape = dataShape(dataset, plan.pooled);
  const make = (some: DataShape) => options.model(some, plan.template ?? plainTemplate);
  const model = make(shape);
  const data = plan.pooled ? [pooledClient(dataset)] : clientPerScenario(dataset);
  requireFit(plan, model, data, shape.tasks.length);
  const batches = batcher(shape.fieldSizes);
  const clients = createClients(data, model, make, shape, seed);
  const ruleStates = new Map<string, RuleState>();
  const selection = emptySelection(clients.length);
  let finished = 0;
  let present: Pausable<RoundRecord> | undefined;
  let isAtWork = false;

  async function round(): Promise<RoundRecord> {
    if (isAtWork) throw new Error('A round of this federation is still at work: await it before the next.');
    present ??= pausable(wholeRound, options.isInterrupted ?? stopPressed, interrupted(finished + 1));
    isAtWork = true;
    try {
      return await present.goOn();
    } finally {
      isAtWork = false;
      if (!present?.isPaused) present = undefined;
    }
  }

  async function wholeRound(rest: Rest): Promise<RoundRecord> {
    await rest(); // in the first turn of a cell the stop button breaks it off anywhere; this is the end of that turn
    forgetBrokenOff();
    const participants = participantsOf(clients.length, training.participation, seedAt(seed, 'participants', finished));
    const watch = level === 'full' ? watchRound(clients, participants, batches) : undefined;
    try {
      return await watchedRound(participants, watch, rest);
    } finally {
      watch?.dispose();
    }
  }

  async function watchedRound(
    participants: readonly number[],
    watch: Watch | undefined,
    rest: Rest,
  ): Promise<RoundRecord> {
    const trained = await trainAndAggregate({
      plan,
      model,
      clients,
      participants,
      batches,
      training,
      round: finished + 1,
      ruleStates,
      watch,
      rest,
      onProgress,
    });
    finished++;
    const aggregated = performance.now();
    const validation = validate();
    updateSelection(selection, clients, finished, validation);
    const evaluated = performance.now();
    const clientDiagnostics = watch?.finished();
    const { seconds } = trained;
    return {
      method: plan.name,
      seed,
      round: finished,
      clients: trained.clients,
      validation,
      macro: macroAuc(validation, dataset.tasks),
      bytes: trained.bytes,
      diagnostics: level === 'none' ? {} : trained.diagnostics,
      ...(clientDiagnostics && { clientDiagnostics }),
      seconds: {
        local: seconds.local,
        aggregate: seconds.aggregate,
        evaluate: (evaluated - aggregated) / 1000,
        ...(watch && { diagnostics: seconds.watch + (performance.now() - evaluated) / 1000 }),
      },
    };
  }

  const validate = () =>
    clients.flatMap((client) => {
      const values = readValues(client);
      const scores = evaluateClient(client.model, values, client.data, 'validation', batches);
      disposeValues(values);
      return scores;
    });

  return {
    plan,
    model,
    clients,
    ruleStates,
    selection,
    get finished() {
      return finished;
    },
    get isPaused() {
      return present?.isPaused ?? false;
    },
    round,
    async *rounds(count) {
      for (let i = 0; i < count; i++) yield await round();
    },
    evaluateChosen(split, kind) {
      return clients.flatMap((client, i) => {
        const chosen = selection[kind][i];
        if (!chosen) throw new Error('No round has been run yet, so there is no model to evaluate: run a round first.');
        const scores = evaluateClient(client.model, chosen.values, client.data, split, batches);
        return scores.map((score) => ({ score, round: chosen.round }));
      });
    },
    continueAfter(round) {
      finished = round;
    },
    dispose() {
      present?.giveUp();
      clients.forEach(disposeClient);
      disposeSelection(selection);
      for (const state of ruleStates.values()) tf.dispose(Object.values(state.tensors) as Tensor[]);
      ruleStates.clear();
    },
  };
}

const interrupted = (round: number) =>
  `Interrupted in round ${round}. Nothing is lost: the next call of round() or rounds() goes on from here, with the same numbers.`;

/** The training options that were given, over the defaults. */
function trainingOf({
  dataset,
  localWork,
  batch,
  participation,
  optimizer,
  combine,
}: FederationOptions): TrainingOptions {
  return {
    participation: participation ?? trainingDefaults.participation,
    localWork: localWork ?? trainingDefaults.localWork,
    batch: batch ?? trainingDefaults.batch,
    optimizer: { ...trainingDefaults.optimizer, ...optimizer },
    ...(combine && { combine: choiceFor(combine, dataset.tasks) }),
  };
}

/** The clients that train in a round: all, or a share of them that the seed draws; at least one. */
function participantsOf(clients: number, share: number, seed: number): number[] {
  if (share >= 1) return Array.from({ length: clients }, (_, i) => i);
  return Array.from(permutation(clients, seed).subarray(0, Math.max(1, Math.round(share * clients)))).sort(
    (a, b) => a - b,
  );
}

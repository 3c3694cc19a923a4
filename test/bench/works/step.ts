import { tf } from '../../../lib/backend/tensorflow';
import { type MmoeSizes, mmoeSizes } from '../../../lib/models/mmoe';
import type { Values } from '../../../lib/models/parameter';
import type { Template } from '../../../lib/models/template';
import { type BenchClient, benchClient } from '../client';
import { type IdLaw, largeFields, publishedFields, rowsOf, shapeOf, splitOf } from '../data';
import type { Check, Computed, Goal, PeerRequest, Prepared, Setting, Work } from '../work';

const BATCH = 2048;

/** W = G ⊙ S for the scenario, A Bᵀ for each task, and the pull to what was received. */
const template: Template = { scenario: 'full', task: 'low-rank', rank: 4 };

interface StepWork {
  readonly name: string;
  readonly about: string;
  readonly goal?: Goal;
  readonly runs: number;
  readonly quick?: boolean;
  readonly sizes: MmoeSizes;
  readonly fieldSizes?: readonly number[];
  readonly law?: IdLaw;
  readonly template?: Template;
  /** Names of the peer's ways to do it. Default: the plain one. */
  readonly peers?: readonly ('dense' | 'sparse')[];
  /** Whether a check is made: equal mathematics need to be shown once per model. */
  readonly checked?: boolean;
}

/** One training step of one client: a batch from its columns, loss, gradients and update. */
function stepWork(options: StepWork): Work {
  const { name, about, goal, runs, quick, sizes, template, law = 'even', peers = ['dense'], checked } = options;
  return {
    ...{ name, about, goal, runs, quick },
    prepare(setting: Setting): Prepared {
      const most = setting.rows ?? Number.POSITIVE_INFINITY;
      const shape = shapeOf((options.fieldSizes ?? publishedFields).map((size) => Math.min(size, most)));
      const split = splitOf(shape, setting.rows ?? (law === 'zipf' ? 100_000 : 20_000), law);
      const batch = Math.min(BATCH, split.rows);
      const bench = benchClient({ shape, split, sizes, batch, template });
      const data = {
        ids: setting.share('ids', Int32Array.from(rowsOf(split.ids, split.rows)), [split.rows, split.ids.length]),
        numbers: setting.share('numbers', rowsOf(split.numbers, split.rows), [split.rows, shape.numbers]),
        labels: setting.share('labels', rowsOf(split.labels, split.rows), [split.rows, shape.tasks.length]),
      };
      const parameters = { ...modelParameters(shape.fieldSizes, sizes, template), data, batch };
      return {
        run: (onPhase) => void bench.step(onPhase),
        dispose: bench.dispose,
        facts: { 'rows of the table': shape.fieldSizes.reduce((sum, size) => sum + size, 0) },
        peers: peers.map((peer) => ({
          name: peer,
          module: 'step',
          parameters: { ...parameters, sparse: peer === 'sparse' },
        })),
      };
    },
    ...(checked && { check: (setting) => checkSteps(setting, sizes, template) }),
  };
}

export const modelParameters = (fieldSizes: readonly number[], sizes: MmoeSizes, template?: Template) => ({
  fieldSizes,
  numbers: 63,
  tasks: 2,
  sizes,
  template: template ?? null,
});

const CHECKED_GRADIENTS = ['gate.weight', 'expert.0.weight', 'expert.1.weight', 'expert.0.scale', 'tower.0.weight'];
const CHECKED_OF_TEMPLATE = ['expert.0.scenario', 'expert.1.scenario', 'expert.1.task.right'];

/** Losses of three steps on the same rows, and gradients of the first one, both without dropout. */
function checkSteps(setting: Setting, sizes: MmoeSizes, template?: Template): Check {
  const shape = shapeOf(publishedFields);
  const rows = setting.rows ?? 512;
  const split = splitOf(shape, rows, 'even');
  // A whole pass is one batch, so that the order of rows does not matter.
  const bench = benchClient({
    shape,
    split,
    sizes: { ...sizes, dropout: 0 },
    batch: rows,
    template,
    begin: shifted,
    received: halved,
  });
  const data = {
    ids: setting.share('ids', Int32Array.from(rowsOf(split.ids, rows)), [rows, split.ids.length]),
    numbers: setting.share('numbers', rowsOf(split.numbers, rows), [rows, shape.numbers]),
    labels: setting.share('labels', rowsOf(split.labels, rows), [rows, shape.tasks.length]),
  };
  const values = Object.fromEntries(
    Object.entries(bench.start).map(([name, value]) => [
      name,
      setting.share(name, value.dataSync() as Float32Array, value.shape),
    ]),
  );
  const gradients = ['embedding', 'projection.weight', ...CHECKED_GRADIENTS, ...(template ? CHECKED_OF_TEMPLATE : [])];
  const peer: PeerRequest = {
    name: 'dense',
    module: 'step',
    parameters: {
      ...modelParameters(shape.fieldSizes, { ...sizes, dropout: 0 }, template),
      ...{ data, batch: rows, values, gradients, pulled: bench.pulled, sparse: false },
    },
  };
  const ours = computed(bench, gradients);
  bench.dispose();
  return { ours, peer };
}

/**
 * Shifts of 3 in every normalisation: a unit near the kink of ReLU would be on here and off there by a rounding error,
 * which shows in gradients. So few are near it, and still some are off.
 */
const shifted = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (!name.endsWith('.shift')) return [name, value];
      value.dispose();
      return [name, tf.fill(value.shape, 3)];
    }),
  );

/** Received values that the client is not at already, so that the alignment term shows. */
const halved = (start: Values): Values =>
  Object.fromEntries(Object.entries(start).map(([name, value]) => [name, tf.mul(value, 0.5)]));

function computed({ client, step }: BenchClient, gradients: readonly string[]): Computed {
  const losses = [step()];
  // After the first step the first moment is the gradient times 1 − β₁. Embedding rows stand in the order of the table.
  const first = gradients.map((name): [string, Float32Array] => {
    const moment = client.slots.get(name)!.first.read();
    const gradient = moment.dataSync().map((value) => value / 0.1) as Float32Array;
    moment.dispose();
    return [`gradient of ${name}`, gradient];
  });
  losses.push(step(), step());
  return { losses, ...Object.fromEntries(first) };
}

const sameFields = (size: number): number[] => Array(16).fill(size);

export const works: readonly Work[] = [
  stepWork({
    name: 'step-published',
    about: 'train step, published size',
    goal: { ratio: 3 },
    runs: 2,
    sizes: mmoeSizes.published,
    checked: true,
  }),
  stepWork({
    name: 'step-small',
    about: 'train step, small size',
    goal: { ratio: 1.5 },
    runs: 10,
    sizes: mmoeSizes.small,
    checked: true,
  }),
  stepWork({
    name: 'step-vocabulary',
    about: 'train step, small, fields of 10 to 500,000 ids',
    goal: { ratio: 2 },
    runs: 5,
    sizes: mmoeSizes.small,
    fieldSizes: largeFields,
    law: 'zipf',
    peers: ['dense', 'sparse'],
  }),
  ...[50, 5_000, 500_000].map((size) =>
    stepWork({
      name: `step-${size}-ids`,
      about: `train step, small, 16 fields of ${size.toLocaleString('en')} ids`,
      runs: 5,
      quick: false,
      sizes: mmoeSizes.small,
      fieldSizes: sameFields(size),
      law: 'zipf',
      peers: [],
    }),
  ),
  ...(['small', 'published'] as const).map((size) =>
    stepWork({
      name: `step-template-${size}`,
      about: `PF-MSMTrec step (G ⊙ S, A Bᵀ per task, pull), ${size}`,
      goal: { ratio: 2 },
      runs: size === 'small' ? 5 : 1,
      sizes: mmoeSizes[size],
      template,
      checked: true,
    }),
  ),
];

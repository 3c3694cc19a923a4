import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { adamDefaults } from '../../lib/backend/operations/adam';
import { tf } from '../../lib/backend/tensorflow';
import { batcher } from '../../lib/data/batch';
import type { RowStream } from '../../lib/data/row-stream';
import type { Dataset, Split } from '../../lib/data/types';
import { type Client, variableOf } from '../../lib/federated/client';
import { createFederation, type Federation } from '../../lib/federated/federation';
import type { SharingPlan } from '../../lib/federated/plan';
import { mmoe } from '../../lib/models/mmoe';
import { datasetOf } from '../federated/fixtures';
import { root } from '../setup/tools';

export type Nested = number | readonly Nested[];
export type Tensors = Readonly<Record<string, readonly Nested[]>>;

/** The case that `rounds.py` wrote: sizes, rows and batches. */
interface Case {
  readonly settings: {
    readonly fields: readonly number[];
    readonly width: number;
    readonly experts: number;
    readonly layers: readonly number[];
    readonly towers: readonly number[];
    readonly batch: number;
    readonly steps: number;
    readonly rate: number;
    readonly decay: number;
  };
  /** Per client, row by row. */
  readonly data: readonly Readonly<Record<'codes' | 'numbers' | 'labels', readonly (readonly number[])[]>>[];
  /** Row numbers `[client][round][step]`. */
  readonly batches: readonly (readonly (readonly (readonly number[])[])[])[];
  /** Training rows whose logits are recorded; they serve as validation rows here. */
  readonly asked: readonly number[];
}

export const readGolden = <T>(file: string): T => JSON.parse(readFileSync(join(root, 'test', 'golden', file), 'utf8'));

const golden = readGolden<Case>('rounds.json');
const { settings } = golden;

export const asked = golden.asked;
export const goldenBatches = batcher(settings.fields);

/** Values in row-major order. */
export const flat = (value: Nested): number[] => (typeof value === 'number' ? [value] : value.flatMap(flat));

function shapeOf(value: Nested): number[] {
  return typeof value === 'number' ? [] : [value.length, ...shapeOf(value[0])];
}

function splitOf({ codes, numbers, labels }: Case['data'][number], rows = codes.map((_, row) => row)): Split {
  const columns = (table: readonly (readonly number[])[]) =>
    table[0].map((_, column) => rows.map((row) => table[row][column]));
  return {
    rows: rows.length,
    ids: columns(codes).map((column) => Uint8Array.from(column)),
    numbers: columns(numbers).map((column) => Float32Array.from(column)),
    labels: columns(labels).map((column) => Uint8Array.from(column)),
  };
}

function goldenDataset(): Dataset {
  const splits = Object.fromEntries(golden.data.map((rows, i) => [`client ${i}`, splitOf(rows)]));
  const plain = datasetOf(splits, ['click', 'conversion']);
  return {
    ...plain,
    categorical: plain.categorical.map((field, i) => ({ ...field, size: settings.fields[i] })),
    scenarios: plain.scenarios.map(({ name, splits }, i) => ({
      name,
      splits: { ...splits, validation: splitOf(golden.data[i], [...golden.asked]) },
    })),
  };
}

/** Draws the given batches, one after another. */
function fixedStream(batches: readonly (readonly number[])[]): RowStream {
  let cursor = 0;
  return {
    next: () => Int32Array.from(batches[cursor++]),
    state: () => ({ pass: 0, cursor }),
    restore: (state) => {
      cursor = state.cursor;
    },
  };
}

/** The federation of the golden case with the given initial values, by the library's names. */
export function goldenFederation(plan: SharingPlan, initial: Tensors): Federation {
  const { width, experts, layers, towers, batch, steps, rate, decay } = settings;
  const sizes = { embedding: width, experts, expertLayers: layers, towerLayers: towers, dropout: 0 };
  const federation = createFederation({
    dataset: goldenDataset(),
    plan,
    model: (shape, template) => mmoe(shape, sizes, template),
    seed: 1,
    batch,
    localWork: { steps },
    optimizer: { ...adamDefaults, learningRate: rate, weightDecay: decay },
  });
  federation.clients.forEach((client: { stream: RowStream } & Client, i) => {
    client.stream = fixedStream(golden.batches[i].flat());
    for (const [name, value] of Object.entries(initial)) {
      const own = variableOf(client, name);
      assert.equal(shapeOf(value), own.shape, name);
      tf.tidy(() => own.assign(tf.tensor(flat(value), [...own.shape])));
    }
  });
  return federation;
}

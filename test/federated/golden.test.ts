import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adamDefaults } from '../../lib/backend/operations/adam';
import { tf } from '../../lib/backend/tensorflow';
import { batcher } from '../../lib/data/batch';
import type { RowStream } from '../../lib/data/row-stream';
import type { Dataset, Split } from '../../lib/data/types';
import { type Client, readValues, variableOf } from '../../lib/federated/client';
import { disposeValues } from '../../lib/federated/evaluate';
import { createFederation, type Federation } from '../../lib/federated/federation';
import { methods } from '../../lib/federated/methods';
import { planDefaults } from '../../lib/federated/plan';
import { predict } from '../../lib/federated/predict';
import { mmoe } from '../../lib/models/mmoe';
import { root } from '../setup/tools';
import { datasetOf, numbersOf } from './fixtures';

type Nested = number | readonly Nested[];
type Tensors = Readonly<Record<string, readonly Nested[]>>;

/** What `test/golden/rounds.py` wrote. */
interface Golden {
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
  readonly initial: Tensors;
  /** Per client, row by row. */
  readonly data: readonly Readonly<Record<'codes' | 'numbers' | 'labels', readonly (readonly number[])[]>>[];
  /** Row numbers `[client][round][step]`. */
  readonly batches: readonly (readonly (readonly (readonly number[])[])[])[];
  /** Training rows whose logits are recorded. */
  readonly asked: readonly number[];
  readonly methods: Readonly<
    Record<
      string,
      {
        /** `[round][client]` */
        readonly losses: readonly (readonly number[])[];
        readonly clients: readonly Tensors[];
        /** `[client][row][task]` */
        readonly logits: readonly (readonly (readonly number[])[])[];
      }
    >
  >;
}

const golden = JSON.parse(readFileSync(join(root, 'test', 'golden', 'rounds.json'), 'utf8')) as Golden;
const { settings } = golden;
const batches = batcher(settings.fields);
const TOLERANCE = 1e-4;

/** The library's name of a parameter of the golden file. */
const ownName = (name: string): string => name.replace(/^numeric\./, 'projection.').replace(/^logit\./, 'tower.logit.');

/** Values in row-major order. */
const flat = (value: Nested): number[] => (typeof value === 'number' ? [value] : value.flatMap(flat));

function splitOf({ codes, numbers, labels }: Golden['data'][number], rows = codes.map((_, row) => row)): Split {
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

function goldenFederation(method: string): Federation {
  const { width, experts, layers, towers, batch, steps, rate, decay } = settings;
  const sizes = { embedding: width, experts, expertLayers: layers, towerLayers: towers, dropout: 0 };
  const federation = createFederation({
    dataset: goldenDataset(),
    plan: methods[method]({ ...planDefaults, embeddings: 'touched-sqrt', weights: 'rows' }),
    model: (shape) => mmoe(shape, sizes),
    seed: 1,
    batch,
    localWork: { steps },
    optimizer: { ...adamDefaults, learningRate: rate, weightDecay: decay },
  });
  federation.clients.forEach((client: { stream: RowStream } & Client, i) => {
    client.stream = fixedStream(golden.batches[i].flat());
    for (const [name, value] of Object.entries(golden.initial)) {
      const own = variableOf(client, ownName(name));
      assert.equal(shapeOf(value), own.shape, name);
      tf.tidy(() => own.assign(tf.tensor(flat(value), [...own.shape])));
    }
  });
  return federation;
}

function shapeOf(value: Nested): number[] {
  return typeof value === 'number' ? [] : [value.length, ...shapeOf(value[0])];
}

for (const [method, expected] of Object.entries(golden.methods)) {
  test(`three rounds of ${method} end where the independent implementation ends`, async () => {
    let largest = { deviation: 0, where: 'nowhere' };
    /** Deviations count relative to the largest magnitude of the expected numbers. */
    const compare = (where: string, actual: ArrayLike<number>, wanted: readonly number[]) => {
      assert.is(actual.length, wanted.length, where);
      const size = Math.max(...wanted.map(Math.abs));
      const deviation = Math.max(...wanted.map((value, i) => Math.abs(actual[i] - value))) / size;
      assert.ok(deviation < TOLERANCE, `${where} deviates by ${deviation}`);
      if (deviation > largest.deviation) largest = { deviation, where };
    };

    const federation = goldenFederation(method);
    for (const [round, losses] of expected.losses.entries()) {
      const { clients } = await federation.round();
      const own = clients.map(({ loss }) => loss);
      compare(`losses of round ${round + 1}`, own, losses);
    }
    federation.clients.forEach((client, i) => {
      const values = readValues(client);
      assert.equal(Object.keys(values).sort(), Object.keys(expected.clients[i]).map(ownName).sort());
      for (const [name, value] of Object.entries(expected.clients[i])) {
        compare(`${name} of ${client.data.name}`, numbersOf(values[ownName(name)]), flat(value));
      }
      const logits = predict(federation.model, values, client.data.scenarios[0].validation, batches);
      const byRow = golden.asked.flatMap((_, row) => logits.map((column) => column[row]));
      compare(`logits of ${client.data.name}`, byRow, flat(expected.logits[i]));
      disposeValues(values);
    });
    federation.dispose();
    console.log(`${method}: largest deviation ${largest.deviation.toExponential(1)} (${largest.where})`);
  });
}

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { logisticLoss } from '../../lib/backend/operations/logistic-loss';
import { foldingPays } from '../../lib/backend/operations/lookup';
import { permutation } from '../../lib/backend/random';
import { type Tensor, type Tensor2D, tf } from '../../lib/backend/tensorflow';
import { type Batch, batcher, disposeBatch } from '../../lib/data/batch';
import type { Split } from '../../lib/data/types';
import { disposeValues } from '../../lib/federated/evaluate';
import { type MmoeSizes, mmoe, mmoeSizes } from '../../lib/models/mmoe';
import { type Model, type Pass, predicting } from '../../lib/models/model';
import { elements, type Parameter, type Values } from '../../lib/models/parameter';

const tasks = ['click', 'conversion'];

const learning: Pass = {
  training: true,
  dropoutSeed: () => [1, 2],
  statistics: (_, mean, variance) => tf.dispose([mean, variance]),
};

/** Evenly spread numbers between −1 and 1 in a shuffled order. */
const spread = (count: number, seed: number): number[] =>
  Array.from(permutation(count, seed), (place) => (2 * place + 1) / count - 1);

/** Rows whose ids stay below `ids` in each of `fields` fields. */
function rowsOf(rows: number, fields: number, ids: number, numbers: number): Split {
  const columns = <T>(count: number, column: (i: number) => T) => Array.from({ length: count }, (_, i) => column(i));
  return {
    rows,
    ids: columns(fields, (i) => Uint8Array.from(permutation(rows, i + 1), (place) => place % ids)),
    numbers: columns(numbers, (i) => Float32Array.from(spread(rows, i + 11))),
    labels: columns(tasks.length, (i) => Uint8Array.from(permutation(rows, i + 21), (place) => Number(place % 3 < 1))),
  };
}

/** Values away from the symmetric start: scales around 1, variances positive, everything else around 0. */
function valuesFor(parameters: readonly Parameter[]): Values {
  const value = ({ name, shape, initial }: Parameter, i: number): Tensor => {
    const centre = 'value' in initial ? initial.value : 0;
    const limit = 'limit' in initial ? Math.max(initial.limit, 0.5) : 0.4;
    const numbers = spread(elements({ name, shape, group: '', initial }), i + 31);
    return tf.tensor(
      Float32Array.from(numbers, (number) => centre + limit * number),
      [...shape],
    );
  };
  return Object.fromEntries(parameters.map((parameter, i) => [parameter.name, value(parameter, i)]));
}

/** The values a model is given in training: of the table, the rows that the batch touches. */
function givenValues(values: Values, { touched }: Batch): Values {
  return { ...values, embedding: tf.gather(values.embedding, touched!.tensor as Tensor2D) };
}

const lossOf = (model: Model, values: Values, batch: Batch): Tensor =>
  logisticLoss(model.forward(values, batch, learning), batch.labels).asScalar();

/** Gradients of the loss, by trainable parameter. */
function gradientsOf(model: Model, values: Values, batch: Batch): Record<string, Float32Array> {
  const names = model.parameters.filter(({ trainable }) => trainable !== false).map(({ name }) => name);
  return tf.tidy(() => {
    const loss = (...given: Tensor[]) =>
      lossOf(model, { ...values, ...Object.fromEntries(names.map((name, i) => [name, given[i]])) }, batch);
    const gradients = tf.grads(loss)(names.map((name) => values[name]));
    return Object.fromEntries(names.map((name, i) => [name, gradients[i].dataSync() as Float32Array]));
  });
}

const largest = (numbers: ArrayLike<number>): number =>
  Array.from(numbers).reduce((most, number) => Math.max(most, Math.abs(number)), 0);

test('gradients are the slopes of the loss', () => {
  const sizes: MmoeSizes = { embedding: 4, experts: 2, expertLayers: [6, 5], towerLayers: [4], dropout: 0 };
  const model = mmoe({ fieldSizes: [4, 4, 4], numbers: 2, tasks }, sizes);
  const batch = batcher([4, 4, 4]).train(
    rowsOf(24, 3, 4, 2),
    Int32Array.from({ length: 24 }, (_, i) => i),
  );
  const values = valuesFor(model.parameters);
  const given = givenValues(values, batch);
  const gradients = gradientsOf(model, given, batch);
  // A smaller step drowns in float32's rounding of the loss, a larger one meets more of ReLU's kinks.
  const STEP = 2e-3;

  for (const [name, gradient] of Object.entries(gradients)) {
    const start = given[name].dataSync() as Float32Array;
    const lossAt = (entry: number, move: number) => {
      const moved = start.slice();
      moved[entry] += move;
      return tf.tidy(
        () => lossOf(model, { ...given, [name]: tf.tensor(moved, given[name].shape) }, batch).dataSync()[0],
      );
    };
    const steepest = gradient.findIndex((slope) => Math.abs(slope) === largest(gradient));
    for (const entry of new Set([steepest, 0, gradient.length >> 1, gradient.length - 1])) {
      const [below, here, above] = [-STEP, 0, STEP].map((move) => lossAt(entry, move));
      // A kink between two of the points spoils the slope on its side only.
      const slopes = [(above - below) / 2, above - here, here - below].map((rise) => rise / STEP);
      const deviation = Math.min(...slopes.map((slope) => Math.abs(slope - gradient[entry]))) / largest(gradient);
      assert.ok(deviation < 0.005, `${name}, ${entry}: slopes ${slopes} against ${gradient[entry]}`);
    }
  }
  disposeValues({ ...values, embedding: given.embedding, table: values.embedding });
  disposeBatch(batch);
});
for (const numbers of [0, 3]) {
  test(`the folded and the plain first layer agree with ${numbers} numerical fields`, () => {
    const fieldSizes = [4, 4];
    const width = 40;
    const sizes: MmoeSizes = { embedding: width, experts: 2, expertLayers: [6, 5], towerLayers: [4], dropout: 0.2 };
    const model = mmoe({ fieldSizes, numbers, tasks }, sizes);
    const split = rowsOf(64, 2, 4, numbers);
    const values = valuesFor(model.parameters);
    const agree = (actual: ArrayLike<number>, wanted: ArrayLike<number>, what: string) => {
      const size = largest(wanted);
      assert.ok(size > 0, `${what} is all zero`);
      for (let i = 0; i < wanted.length; i++) {
        assert.ok(Math.abs(actual[i] - wanted[i]) < 2e-5 * size, `${what}, ${i}: ${actual[i]} against ${wanted[i]}`);
      }
    };
    /** The same batch and table with more rows after those that it points at, which make folding not pay. */
    const padded = (batch: Batch, given: Values): [Batch, Values] => {
      const extra = 40;
      const embedding = tf.concat([given.embedding, tf.ones([extra, width])]);
      return [
        { ...batch, lookup: { ...batch.lookup, rows: batch.lookup.rows + extra } },
        { ...given, embedding },
      ];
    };

    const batches = batcher(fieldSizes);
    const training = batches.train(
      split,
      Int32Array.from({ length: split.rows }, (_, i) => split.rows - 1 - i),
    );
    const prediction = batches.predict(split, 0, split.rows);
    tf.tidy(() => {
      const cases = [
        { batch: training, given: givenValues(values, training), pass: learning },
        { batch: prediction, given: values, pass: predicting },
      ];
      for (const { batch, given, pass } of cases) {
        const [plainBatch, plainGiven] = padded(batch, given);
        assert.ok(foldingPays(batch.lookup, width) && !foldingPays(plainBatch.lookup, width));
        const folded = model.forward(given, batch, pass).dataSync();
        agree(folded, model.forward(plainGiven, plainBatch, pass).dataSync(), 'logits');
        if (!pass.training) continue;
        const gradients = gradientsOf(model, given, batch);
        for (const [name, plain] of Object.entries(gradientsOf(model, plainGiven, plainBatch))) {
          agree(gradients[name], plain.subarray(0, gradients[name].length), name);
          assert.is(largest(plain.subarray(gradients[name].length)), 0, `${name} of rows that no one points at`);
        }
      }
    });
    disposeValues(values);
    disposeBatch(training);
    disposeBatch(prediction);
  });
}

test('parameter counts at the published size', () => {
  const fieldSizes = Array.from({ length: 16 }, (_, i) => 10 + i);
  const { parameters } = mmoe({ fieldSizes, numbers: 63, tasks }, mmoeSizes.published);
  const count = (group: string, kept: (parameter: Parameter) => boolean = () => true) =>
    parameters
      .filter((parameter) => parameter.group === group && kept(parameter))
      .reduce((sum, one) => sum + elements(one), 0);
  const inputs = 17 * 128; // 16 fields and the projected numbers
  assert.is(inputs, 2176);
  assert.is(count('embedding'), 280 * 128);
  assert.is(count('projection'), 63 * 128 + 128);
  assert.is(count('gate'), 2 * (inputs * 8 + 8));
  assert.is(count('expert'), 8 * (inputs * 512 + 512 * 256));
  assert.is(count('expert'), 9_961_472);
  assert.is(count('tower'), 2 * (256 * 128 + 128 * 64 + 64 + 1));
  const units = 8 * (512 + 256) + 2 * (128 + 64);
  const trained = ({ trainable }: Parameter) => trainable !== false;
  assert.is(count('norm', trained), 2 * units);
  assert.is(count('norm'), 4 * units);
  assert.equal(new Set(parameters.map(({ group }) => group)).size, 6);
});

test.run();

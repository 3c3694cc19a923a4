import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { foldingPays, type Lookup } from '../../lib/backend/operations/lookup';
import { tf } from '../../lib/backend/tensorflow';
import { type Batch, batcher, disposeBatch } from '../../lib/data/batch';
import { disposeValues } from '../../lib/federated/evaluate';
import { type MmoeSizes, mmoe, mmoeSizes } from '../../lib/models/mmoe';
import { predicting } from '../../lib/models/model';
import { elements, type Parameter, type Values } from '../../lib/models/parameter';
import { givenValues, gradientsOf, largest, learning, lossOf, rowsOf, tasks, valuesFor } from './fixtures';

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
    /** The same batch and table with more rows after those that it points at: folding does not pay for the last field. */
    const padded = (batch: Batch, given: Values): [Batch, Values] => {
      const extra = 40;
      const embedding = tf.concat([given.embedding, tf.ones([extra, width])]);
      const { rows, fieldStarts } = batch.lookup;
      const starts = [...fieldStarts.slice(0, -1), rows + extra];
      return [
        { ...batch, lookup: { ...batch.lookup, rows: rows + extra, fieldStarts: starts } },
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
        const folds = (lookup: Lookup) => [0, 1].map((field) => foldingPays(lookup, field, width));
        assert.equal(
          [folds(batch.lookup), folds(plainBatch.lookup)],
          [
            [true, true],
            [true, false],
          ],
        );
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

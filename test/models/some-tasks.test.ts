import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tf } from '../../lib/backend/tensorflow';
import { batcher } from '../../lib/data/batch';
import { mmoe } from '../../lib/models/mmoe';
import { type DataShape, type Model, predicting } from '../../lib/models/model';
import type { Parameter } from '../../lib/models/parameter';
import { alongTasks, atPlaces, modelOfTasks, placesOf, widened } from '../../lib/models/some-tasks';
import { plainTemplate, type Template } from '../../lib/models/template';
import { numbersOf, tinySizes } from '../federated/fixtures';
import { givenValues, learning, rowsOf, valuesFor } from './fixtures';

const tasks = ['click', 'cart', 'buy'];
const shape: DataShape = { fieldSizes: [6, 6], numbers: 2, tasks };

test('a per-task tensor at some places, and widened again with zeros', () => {
  tf.tidy(() => {
    assert.is(placesOf(tasks, tasks), undefined);
    const places = placesOf(['click', 'buy'], tasks);
    assert.equal(places, [0, 2]);
    const parameter: Parameter = { name: 'p', group: 'g', shape: [2, 3], initial: { value: 0 }, taskAxis: 1 };
    const whole = tf.tensor2d([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const own = atPlaces(whole, parameter, places);
    assert.equal(own.arraySync(), [
      [1, 3],
      [4, 6],
    ]);
    assert.equal(widened(own, parameter, places).arraySync(), [
      [1, 0, 3],
      [4, 0, 6],
    ]);
    assert.equal(tf.mul(whole, alongTasks([1, 10, 100], parameter)).arraySync(), [
      [1, 20, 300],
      [4, 50, 600],
    ]);
    const { taskAxis: _, ...without } = parameter;
    assert.is(atPlaces(whole, without, places), whole);
    assert.is(widened(whole, parameter, undefined), whole);
  });
});

const forms: Template[] = [
  plainTemplate,
  { scenario: 'full', task: 'low-rank', rank: 2 },
  { scenario: 'additive', task: 'full', rank: 2 },
  { scenario: 'low-rank', task: 'unit-scale', rank: 2 },
];

for (const template of forms) {
  test(`${template.scenario}, ${template.task}: a client's logits are those of the whole model for its tasks`, () => {
    const split = rowsOf(24, 2, 6, 2);
    const batches = batcher(shape.fieldSizes);
    for (const own of [['click'], ['buy'], ['click', 'buy']]) {
      tf.tidy(() => {
        const sizes = { ...tinySizes, dropout: 0 };
        const make = (data: DataShape) => mmoe(data, sizes, template);
        const whole = make(shape);
        const places = placesOf(own, tasks)!;
        const model = modelOfTasks(whole, make, shape, own);
        const values = valuesFor(whole.parameters);
        const part = Object.fromEntries(
          whole.parameters.map((one) => [one.name, atPlaces(values[one.name], one, places)]),
        );
        for (const { name, shape } of model.parameters) assert.equal(part[name].shape, shape, name);
        const [learnt, predicted] = [
          batches.train(
            split,
            Int32Array.from({ length: 24 }, (_, i) => i),
          ),
          batches,
        ];
        for (const logits of [
          (of: Model, its: typeof part) => of.forward(givenValues(its, learnt), learnt, learning),
          (of: Model, its: typeof part) => of.forward(its, predicted.predict(split, 0, 24), predicting),
        ]) {
          const wanted = numbersOf(tf.gather(logits(whole, values), [...places], 1));
          numbersOf(logits(model, part)).forEach((logit, i) => {
            assert.ok(Math.abs(logit - wanted[i]) < 1e-5, `${own}: ${logit} against ${wanted[i]}`);
          });
        }
      });
    }
  });
}

test('a model whose parameters do not say where their tasks are is refused by name', () => {
  const make = (data: DataShape): Model => ({
    name: 'mine',
    parameters: [{ name: 'w', group: 'weight', shape: [data.tasks.length], initial: { value: 0 } }],
    forward: (values) => tf.tensor2d(numbersOf(values.w), [1, data.tasks.length]),
  });
  const whole = make(shape);
  assert.is(modelOfTasks(whole, make, shape, tasks), whole);
  assert.throws(
    () => modelOfTasks(whole, make, shape, ['click']),
    /The model mine cannot serve clients that lack a task: made for click alone, its parameter w is not/,
  );
});

test.run();

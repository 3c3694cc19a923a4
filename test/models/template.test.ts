import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Tensor, tf } from '../../lib/backend/tensorflow';
import { batcher } from '../../lib/data/batch';
import { readValues } from '../../lib/federated/client';
import { createFederation } from '../../lib/federated/federation';
import { methods } from '../../lib/federated/methods';
import { planDefaults } from '../../lib/federated/plan';
import { type MmoeSizes, mmoe } from '../../lib/models/mmoe';
import { predicting } from '../../lib/models/model';
import { initialValues, type Values } from '../../lib/models/parameter';
import { plainTemplate, type Template } from '../../lib/models/template';
import { numbersOf, randomDataset, tinySizes } from '../federated/fixtures';
import { givenValues, gradientsOf, largest, learning, lossOf, rowsOf, spread, tasks, valuesFor } from './fixtures';

const fieldSizes = [4, 4, 4];
const shape = { fieldSizes, numbers: 2, tasks };
const sizes: MmoeSizes = { embedding: 4, experts: 3, expertLayers: [6, 5], towerLayers: [4], dropout: 0 };
const split = rowsOf(24, 3, 4, 2);
const everyRow = Int32Array.from({ length: split.rows }, (_, i) => i);
const batches = batcher(fieldSizes);
const batch = batches.train(split, everyRow);
const prediction = batches.predict(split, 0, split.rows);

const scenarios = ['plain', 'full', 'low-rank', 'additive'] as const;
const forms = scenarios.flatMap((scenario) =>
  (['none', 'full', 'low-rank', 'unit-scale'] as const).map((task): Template => ({ scenario, task, rank: 2 })),
);
const label = ({ scenario, task }: Template) => `S ${scenario}, T ${task}`;
const plain = mmoe(shape, sizes, plainTemplate);

/** Normalisation of a plain model that is not trivial, for a model whose normalisation may be per task. */
function withNorm(values: Values, norm: Values): Values {
  const own = Object.entries(norm).map(([name, value]) => {
    const wanted = values[name].shape;
    const tiled = wanted.length === value.shape.length ? value : tf.tile(tf.expandDims(value, 0), [wanted[0], 1, 1]);
    return [name, tiled];
  });
  return { ...values, ...Object.fromEntries(own) };
}

for (const template of forms) {
  test(`${label(template)}: starts as plain MMoE`, () => {
    tf.tidy(() => {
      const model = mmoe(shape, sizes, template);
      const start = initialValues(model.parameters, 5);
      const plainStart = initialValues(plain.parameters, 5);
      const any = valuesFor(plain.parameters);
      const norm = Object.fromEntries(
        plain.parameters.filter(({ group }) => group === 'norm').map(({ name }) => [name, any[name]]),
      );
      for (const { name, group } of plain.parameters) {
        if (group !== 'norm') assert.equal(numbersOf(start[name]), numbersOf(plainStart[name]), name);
      }
      const logits = (of: typeof model, values: Values, training: boolean) => {
        const whole = withNorm(values, norm);
        const result = training
          ? of.forward(givenValues(whole, batch), batch, learning)
          : of.forward(whole, prediction, predicting);
        return numbersOf(result);
      };
      for (const training of [true, false]) {
        const wanted = logits(plain, plainStart, training);
        const deviation = largest(logits(model, start, training).map((value, i) => value - wanted[i]));
        // With T the mixture sums in another order.
        assert.ok(deviation <= (template.task === 'none' ? 0 : 5e-7 * largest(wanted)), `${training}: ${deviation}`);
      }
    });
  });

  test(`${label(template)}: the gradient of every factor is the slope of the loss`, () => {
    const model = mmoe(shape, sizes, template);
    tf.tidy(() => {
      // Shifted so far that every unit is active: ReLU's kinks would spoil the differences.
      const any = valuesFor(model.parameters);
      const active = Object.entries(any).map(([name, value]) => [name, /shift$/.test(name) ? tf.add(value, 6) : value]);
      const given = givenValues(Object.fromEntries(active), batch);
      const gradients = gradientsOf(model, given, batch);
      const names = Object.keys(gradients).filter((name) => /^expert\.\d\.(weight|scenario|task)/.test(name));
      const STEP = 1e-2;
      for (const name of names) {
        const gradient = gradients[name];
        assert.ok(largest(gradient) > 1e-4, `${name} hardly has a gradient`);
        const start = given[name].dataSync() as Float32Array;
        const lossAt = (entry: number, move: number) => {
          const moved = start.slice();
          moved[entry] += move;
          return tf.tidy(
            () => lossOf(model, { ...given, [name]: tf.tensor(moved, given[name].shape) }, batch).dataSync()[0],
          );
        };
        const steepest = gradient.findIndex((slope) => Math.abs(slope) === largest(gradient));
        for (const entry of new Set([steepest, gradient.length >> 1, gradient.length - 1])) {
          const slope = (lossAt(entry, STEP) - lossAt(entry, -STEP)) / (2 * STEP);
          const deviation = Math.abs(slope - gradient[entry]) / largest(gradient);
          assert.ok(deviation < 0.005, `${name}, ${entry}: slope ${slope} against ${gradient[entry]}`);
        }
      }
    });
  });
}

/** Weight of each form for one task, from the values by name, as the table of forms says. */
test('logits are those of plain MMoE with the composed weight', () => {
  // One task's own hidden units are those of a plain model whose weight is composed for this task.
  for (const template of forms.filter(({ task }) => task !== 'unit-scale')) {
    tf.tidy(() => {
      const model = mmoe(shape, sizes, template);
      const values = valuesFor(model.parameters);
      const logits = model.forward(values, prediction, predicting);
      tasks.forEach((_, task) => {
        const own: Record<string, Tensor> = Object.fromEntries(
          plain.parameters.map(({ name }) => {
            const value = values[name];
            const perTask = /^expert\.\d\.(scale|shift|mean|variance)$/.test(name) && value.shape.length === 3;
            return [name, perTask ? tf.gather(value, task) : value];
          }),
        );
        for (const layer of [0, 1]) own[`expert.${layer}.weight`] = composed(template, values, layer, task);
        const wanted = numbersOf(tf.gather(plain.forward(own, prediction, predicting), task, 1));
        const actual = numbersOf(tf.gather(logits, task, 1));
        const deviation = largest(actual.map((value, i) => value - wanted[i])) / largest(wanted);
        assert.ok(deviation < 1e-5, `${label(template)}, task ${task}: ${deviation}`);
      });
    });
  }
});

/** The weight `[inputs, experts, units]` (first layer) or `[experts, inputs, units]` of one task. */
function composed({ scenario, task: form }: Template, values: Values, layer: number, task: number): Tensor {
  const part = (name: string) => values[`expert.${layer}.${name}`];
  const swap = (x: Tensor) => (layer === 0 ? tf.transpose(x, [1, 0, 2]) : x);
  const ofTask = (name: string) => tf.gather(part(name), task, name === 'task.right' || layer > 0 ? 0 : 1);
  const product = (left: Tensor, right: Tensor) => swap(tf.matMul(swap(left), right));
  let weight = part('weight');
  if (scenario === 'full') weight = tf.mul(weight, part('scenario'));
  if (scenario === 'additive') weight = tf.add(weight, part('scenario'));
  if (scenario === 'low-rank') {
    weight = tf.mul(weight, tf.add(1, product(part('scenario.left'), part('scenario.right'))));
  }
  if (form === 'full') {
    return scenario === 'additive' ? tf.add(weight, ofTask('task')) : tf.mul(weight, ofTask('task'));
  }
  return form === 'low-rank' ? tf.add(weight, product(ofTask('task.left'), ofTask('task.right'))) : weight;
}

test('one scale per unit is inert in front of batch normalisation, and not behind it', () => {
  tf.tidy(() => {
    const { experts, expertLayers } = sizes;
    // In front: G ⊙ S with S the same for all inputs of a unit.
    const front = mmoe(shape, sizes, { scenario: 'full', task: 'none', rank: 1 });
    const frontValues = givenValues(valuesFor(front.parameters), batch);
    const scale = tf.tensor(
      spread(experts * expertLayers[0], 3).map((value) => 1 + 0.5 * value),
      [1, experts, expertLayers[0]],
    );
    const scaled = (factor: Tensor): Values => ({
      ...frontValues,
      'expert.0.scenario': tf.mul(tf.onesLike(frontValues['expert.0.scenario']), factor),
    });
    const unscaled = numbersOf(front.forward(scaled(tf.onesLike(scale)), batch, learning));
    const inFront = numbersOf(front.forward(scaled(scale), batch, learning));
    const moved = largest(inFront.map((value, i) => value - unscaled[i])) / largest(unscaled);
    const slope = largest(
      tf
        .grad((factor: Tensor) => lossOf(front, scaled(factor), batch))(scale)
        .dataSync(),
    );

    // Behind: T of the form unit-scale, the same for both tasks.
    const behind = mmoe(shape, sizes, { scenario: 'full', task: 'unit-scale', rank: 1 });
    const behindValues = givenValues(valuesFor(behind.parameters), batch);
    const withScale = (factor: Tensor): Values => ({
      ...behindValues,
      'expert.0.task': tf.tile(factor, [tasks.length, 1, 1]),
    });
    const one = numbersOf(behind.forward(withScale(tf.onesLike(scale)), batch, learning));
    const other = numbersOf(behind.forward(withScale(scale), batch, learning));
    const movedBehind = largest(other.map((value, i) => value - one[i])) / largest(one);
    const slopeBehind = largest(
      tf
        .grad((factor: Tensor) => lossOf(behind, withScale(factor), batch))(scale)
        .dataSync(),
    );

    assert.ok(moved < 1e-4, `in front, logits move by ${moved}`);
    assert.ok(movedBehind > 0.05, `behind, logits move by ${movedBehind} only`);
    assert.ok(slopeBehind > 1e-3, `behind, the gradient is ${slopeBehind} only`);
    assert.ok(slope < 1e-3 * slopeBehind, `in front, the gradient is ${slope}, behind ${slopeBehind}`);
  });
});

test('task parts and normalisation differ between tasks and clients after training', async () => {
  for (const task of ['low-rank', 'full', 'unit-scale'] as const) {
    const template: Template = { scenario: 'full', task, rank: 2 };
    const plan = { ...methods['pf-msmtrec'](planDefaults), template };
    const federation = createFederation({
      dataset: randomDataset(),
      plan,
      model: (data, form) => mmoe(data, tinySizes, form),
      seed: 1,
      batch: 32,
      localWork: { steps: 3 },
      optimizer: { learningRate: 0.01 },
    });
    for await (const _ of federation.rounds(2));
    const own = federation.model.parameters.filter(
      ({ name, group }) => group === 'expert.task' || (group === 'norm' && name.startsWith('expert.')),
    );
    assert.is(own.length, 2 * (4 + (task === 'low-rank' ? 2 : 1)));
    tf.tidy(() => {
      const [first, second] = federation.clients.map((client) => readValues(client));
      for (const { name, taskAxis } of own) {
        // Scaled behind normalisation only, the first layer's units see the same for all tasks.
        const common = task === 'unit-scale' && /^expert\.0\.(mean|variance)$/.test(name);
        const apart = (a: Tensor, b: Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];
        assert.ok(apart(first[name], second[name]) > 1e-4, `${name} of two clients`);
        const [click, buy] = tf.unstack(first[name], taskAxis);
        assert.ok(common ? apart(click, buy) < 1e-6 : apart(click, buy) > 1e-4, `${name} of two tasks`);
      }
    });
    federation.dispose();
  }
});

test.run();

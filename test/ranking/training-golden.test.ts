import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { withKernels } from '../../lib/backend/kernels';
import { adamDefaults } from '../../lib/backend/operations/adam';
import { gatherRows } from '../../lib/backend/operations/gather-rows';
import { type Tensor, type Tensor2D, tf } from '../../lib/backend/tensorflow';
import { type CombinationChoice, makeCombination } from '../../lib/multitask/combinations';
import { type EncoderName, encoders } from '../../lib/ranking/encoders';
import { interactionGraph } from '../../lib/ranking/graph';
import { auxiliaryTasks, bpr, makeTasks } from '../../lib/ranking/tasks';
import { createLearner, disposeLearner } from '../../lib/ranking/training/learner';
import { trainStep } from '../../lib/ranking/training/step';
import { near } from '../backend/compare';
import { flat, type Nested, readGolden } from '../golden/case';
import { linksOf, rankingDatasetOf, wholeBatch } from './tiny';

type Matrix = readonly (readonly number[])[];
type Matrices = Readonly<Record<string, Matrix>>;

/** What `test/golden/ranking.py` wrote. */
interface Golden {
  readonly settings: {
    readonly users: number;
    readonly items: number;
    readonly width: number;
    readonly layers: number;
    readonly batch: number;
    readonly pairs: readonly (readonly [number, number])[];
    readonly ratings: readonly number[];
    readonly friends: readonly (readonly [number, number])[];
    readonly pmtrec: { readonly alpha: number; readonly cap: number; readonly temperature: number };
    readonly optimizer: Partial<typeof adamDefaults>;
  };
  readonly encoders: readonly {
    readonly encoder: EncoderName;
    readonly values: Matrices;
    readonly upstream: Matrix;
    readonly vectors: Matrix;
    readonly gradients: Matrices;
  }[];
  readonly tasks: readonly {
    readonly task: string;
    readonly roles: Matrix;
    readonly vectors: Matrix;
    readonly biases: Matrix;
    readonly loss: number;
    readonly gradient: Matrix;
    readonly biasGradient?: Matrix;
  }[];
  readonly runs: readonly {
    readonly encoder: EncoderName;
    readonly method: 'bpr' | 'ew' | 'pmtrec';
    readonly start: Matrices;
    readonly steps: readonly {
      readonly roles: readonly Matrix[];
      readonly losses: readonly number[];
      readonly values: Matrices;
    }[];
  }[];
}

const golden = readGolden<Golden>('ranking.json');
const { users, items, width, layers, pairs, ratings, friends } = golden.settings;
const dataset = rankingDatasetOf(users, items, pairs, {
  social: linksOf(friends),
  ratings: {
    users: Int32Array.from(pairs, ([user]) => user),
    items: Int32Array.from(pairs, ([, item]) => item),
    values: Float32Array.from(ratings),
  },
});
const sizes = { nodes: users + items, width, layers };
const matrix = (values: Matrix): Tensor2D => tf.tensor2d(values.map((row) => [...row]));
const rolesOf = (roles: Matrix) => roles.map((role) => Int32Array.from(role));
const numbersOf = (tensor: Tensor) => tensor.dataSync() as Float32Array;
const close = (found: Tensor, wanted: Nested, what: string) => near(numbersOf(found), flat(wanted), 2e-5, what);

for (const kernels of [true, false]) {
  const how = kernels ? 'kernels' : 'TensorFlow alone';

  test(`encoders give the golden vectors and gradients (${how})`, () => {
    const before = liveTensors();
    const graph = interactionGraph(users, items, dataset.train);
    for (const { encoder, values, upstream, vectors, gradients } of golden.encoders) {
      const { parameters, encode } = encoders[encoder](sizes);
      assert.equal(
        parameters.map(({ name, shape }) => [name, ...shape]),
        Object.entries(values).map(([name, value]) => [name, value.length, value[0].length]),
      );
      tf.tidy(() => {
        const named = (tensors: Tensor[]) => Object.fromEntries(parameters.map(({ name }, k) => [name, tensors[k]]));
        const given = parameters.map(({ name }) => matrix(values[name]));
        withKernels(kernels, () => {
          close(encode(named(given), graph), vectors, `${encoder}, vectors`);
          const grads = tf.grads((...x: Tensor[]) => tf.sum(tf.mul(encode(named(x), graph), matrix(upstream))))(given);
          parameters.forEach(({ name }, k) => {
            close(grads[k], gradients[name], `${encoder}, ${name}`);
          });
        });
      });
    }
    graph.dispose();
    assert.is(liveTensors(), before);
  });

  test(`tasks give the golden losses and gradients (${how})`, () => {
    const before = liveTensors();
    const tasks = [bpr, ...Object.values(auxiliaryTasks)]
      .filter((kind) => kind.missing(dataset) === undefined)
      .map((kind) => kind.make(dataset));
    for (const { task, roles, vectors, biases, loss, gradient, biasGradient } of golden.tasks) {
      const own = tasks.find(({ name }) => name === task)!;
      const wanted = new Map(pairs.map(([user, item], k) => [`${user} ${users + item}`, (ratings[k] - 1) / 4]));
      const lists = rolesOf(roles);
      const sample = {
        roles: lists,
        values: task === 'rating' ? ratingsOf(lists, wanted) : undefined,
      };
      withKernels(kernels, () =>
        tf.tidy(() => {
          const lossOf = (all: Tensor, bias: Tensor) => {
            const looked = lists.map((role) => gatherRows(all as Tensor2D, tf.tensor1d(role, 'int32')));
            return own.loss(looked, sample, { 'rating/biases': bias }).asScalar();
          };
          const [x, b] = [matrix(vectors), matrix(biases)];
          near([numbersOf(lossOf(x, b))[0]], [loss], 1e-5, `${task}, loss`);
          const found = biasGradient ? tf.grads(lossOf)([x, b]) : [tf.grad((all: Tensor) => lossOf(all, b))(x)];
          close(found[0], gradient, `${task}, gradient`);
          if (biasGradient) close(found[1], biasGradient, `${task}, gradient of biases`);
        }),
      );
    }
    assert.is(liveTensors(), before);
  });

  for (const { encoder, method, start, steps } of golden.runs) {
    test(`three steps of ${method} with ${encoder} (${how})`, () => {
      const before = liveTensors();
      const optimizer = { ...adamDefaults, ...golden.settings.optimizer };
      const tasks = makeTasks(dataset, method === 'bpr' ? [] : ['social', 'direct-au', 'rating']);
      const learner = createLearner({ dataset, encoder: encoders[encoder](sizes), tasks, seed: 1, optimizer });
      for (const [name, value] of Object.entries(start)) {
        const tensor = matrix(value);
        learner.slots[name].value.assign(tensor);
        tensor.dispose();
      }
      const choices: Record<typeof method, CombinationChoice | undefined> = {
        bpr: undefined,
        ew: { method: 'ew' },
        pmtrec: { method: 'pmtrec', main: 'bpr', scale: 'absolute', ...golden.settings.pmtrec },
      };
      const choice = choices[method];
      const known = new Map(pairs.map(([user, item], k) => [`${user} ${users + item}`, (ratings[k] - 1) / 4]));
      steps.forEach(({ roles, losses, values }, k) => {
        const samples = roles.map((lists, task) => {
          const own = rolesOf(lists);
          return tasks[task].name === 'rating' ? { roles: own, values: ratingsOf(own, known) } : { roles: own };
        });
        const combination = choice && makeCombination(choice);
        const found = withKernels(kernels, () =>
          trainStep(learner, samples, { method: combination, epoch: k + 1, rows: golden.settings.batch }),
        );
        near(found.losses, losses, 2e-5, `losses of step ${k}`);
        for (const [name, value] of Object.entries(values)) {
          const now = learner.slots[name].value.read();
          near(numbersOf(now), flat(value), 1e-4, `${name} after step ${k}`);
          now.dispose();
        }
      });
      disposeLearner(learner);
      assert.is(liveTensors(), before);
    });
  }
}

test('the rating task finds the golden values by itself', () => {
  const [task] = makeTasks(dataset, ['rating']).slice(1);
  const { values } = task.sample(wholeBatch(dataset), { below: () => 0 });
  near(
    values!,
    ratings.map((value) => (value - 1) / 4),
    1e-6,
    'scaled ratings',
  );
});

const ratingsOf = (roles: readonly Int32Array[], known: ReadonlyMap<string, number>): Float32Array =>
  Float32Array.from(roles[0], (user, k) => known.get(`${user} ${roles[1][k]}`)!);

test.run();

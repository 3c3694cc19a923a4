import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tf } from '../../lib/backend/tensorflow';
import {
  type CombinationState,
  type CombinationStep,
  startState,
  type TaskGradients,
} from '../../lib/multitask/combination';
import { combineGradients } from '../../lib/multitask/combine';
import { type PmtrecOptions, pmtrec, pmtrecDefaults } from '../../lib/multitask/pmtrec';
import { tryCombination } from '../../lib/multitask/try-combination';

type Vector = readonly number[];

const step: CombinationStep = {
  tasks: ['click', 'like', 'buy'],
  losses: [1, 1, 1],
  step: 0,
  epoch: 1,
  rows: 1,
  seed: 0,
};

/** Three tasks, three rows of width 2. */
const table = [
  [3, 4, 0.1, 0, 1, 1],
  [0, 1, 2, 0, -1, 1],
  [-1, 0, 0, 0.5, 2, -3],
];

const tried = (options: Partial<PmtrecOptions>, more: Partial<CombinationStep> = {}, gradients = table) =>
  tryCombination({ method: 'pmtrec', scale: 'absolute', ...options }, gradients, { ...step, rowWidth: 2, ...more });

const close = (actual: Vector, wanted: Vector, tolerance = 1e-5) => {
  assert.is(actual.length, wanted.length);
  actual.forEach((value, k) => {
    assert.ok(Math.abs(value - wanted[k]) <= tolerance, `number ${k}: ${value} against ${wanted[k]}`);
  });
};
const meanOf = (gradients: readonly Vector[]) =>
  gradients[0].map((_, k) => gradients.reduce((sum, own) => sum + own[k], 0) / gradients.length);

test('a very high τ gives the mean of the gradients', () => {
  const { combined, figures } = tried({ temperature: 1e9 });
  close(combined, meanOf(table));
  close(figures.entropy, [Math.log(3)]);
  close(figures.shares, [1 / 3, 1 / 3, 1 / 3]);
});

test('a very low τ gives each row to the task with the longest gradient there', () => {
  const { combined, figures } = tried({ temperature: 1e-6, alpha: 1 });
  close(combined, [3, 4, 2, 0, 2, -3]);
  close(figures.entropy, [0]);
  close(figures.shares, [1 / 3, 1 / 3, 1 / 3]);
});

test('α = 1 does not depend on the epoch; a higher one moves rows to the main task, up to the cap', () => {
  const even = { alpha: 1, temperature: 1 };
  assert.equal(tried(even, { epoch: 1 }).combined, tried(even, { epoch: 60 }).combined);
  const shareOfMain = (epoch: number, main = 'last') =>
    tried({ alpha: 1.5, cap: 3, main, temperature: 1 }, { epoch }).figures.shares[main === 'last' ? 2 : 0];
  assert.ok(shareOfMain(2) > shareOfMain(1));
  assert.ok(shareOfMain(2, 'click') > shareOfMain(1, 'click'));
  assert.is(shareOfMain(4), shareOfMain(3)); // 1.5³ is above the cap
});

test('focusing changes the weights and not the gradients', () => {
  // One row with equal norms: the main task's share is softmax(2, 1).
  const { combined } = tried({ alpha: 2, temperature: 1, main: 'b' }, { tasks: ['a', 'b'] }, [
    [1, 0],
    [0, 1],
  ]);
  const share = Math.exp(2) / (Math.exp(2) + Math.exp(1));
  close(combined, [1 - share, share]);
});

test('the order of the auxiliary tasks changes nothing', () => {
  const order = [1, 0, 2];
  const swapped = tried(
    { temperature: 2 },
    {},
    order.map((t) => table[t]),
  );
  close(swapped.combined, tried({ temperature: 2 }).combined, 1e-6);
});

test('a client without the main task favours none', () => {
  const without = tried({ alpha: 1.5, main: 'visit', temperature: 1 }, { epoch: 4 });
  assert.equal(without.combined, tried({ alpha: 1, temperature: 1 }).combined);
});

test('a task that is absent from a row takes its share, or none where it is masked', () => {
  const gradients = [
    [2, 0],
    [0, 0],
  ];
  const tasks = ['a', 'b'];
  const share = Math.exp(2) / (Math.exp(2) + 1);
  close(tried({ temperature: 1, alpha: 1 }, { tasks }, gradients).combined, [2 * share, 0]);
  close(tried({ temperature: 1, alpha: 1, absent: 'masked' }, { tasks }, gradients).combined, [2, 0]);
  const nowhere = tried({ absent: 'masked' }, { tasks }, [
    [0, 0],
    [0, 0],
  ]);
  close(nowhere.combined, [0, 0]);
});

test('the sum over a batch is the mean at a temperature that is divided by its rows', () => {
  const sum = tried({ reduction: 'sum', temperature: 4 }, { rows: 8 });
  close(sum.combined, tried({ reduction: 'mean', temperature: 0.5 }).combined);
});

test('a temperature relative to the median does not know the scale of the losses, and stays after the first epoch', () => {
  const choice = { method: 'pmtrec', scale: 'median', temperature: 0.7, alpha: 1 } as const;
  const run = (factor: number) => {
    const scaled = (by: number) => table.map((own) => own.map((value) => value * factor * by));
    const first = tryCombination(
      choice,
      table.map((own) => own.map((value) => value * factor)),
      { rowWidth: 2, epoch: 1 },
    );
    const second = tryCombination(choice, scaled(3), { rowWidth: 2, epoch: 1 }, first);
    const third = tryCombination(choice, scaled(3), { rowWidth: 2, epoch: 2 }, second);
    const fourth = tryCombination(choice, scaled(9), { rowWidth: 2, epoch: 3 }, third);
    return [first, second, third, fourth].map(({ figures }) => figures.entropy[0]);
  };
  const entropies = run(1);
  close(run(1e-6), entropies, 1e-4);
  assert.ok(entropies[1] < entropies[0]); // norms rose above the scale, which follows by half
  close([entropies[2]], [entropies[1]]);
  assert.ok(entropies[3] < entropies[2]);
});

test('the scale-free variant does not know the scale of a task', () => {
  const gradients = table.map((own, t) => own.map((value) => value * 100 ** t));
  const choice = { scale: 'scale-free', temperature: 1, alpha: 1 } as const;
  close(tried(choice, {}, gradients).figures.shares, tried(choice).figures.shares, 1e-4);
});

/** A table of four rows, of which the batch touched two, and a dense parameter. */
const parts = (): TaskGradients[] => [
  {
    name: 'table',
    stacked: tf.tensor3d([
      [
        [1, 0],
        [0, 2],
      ],
      [
        [0, 1],
        [3, 0],
      ],
      [
        [1, 1],
        [0, 0],
      ],
    ]),
    table: { touched: tf.tensor1d([3, 1], 'int32'), rows: 4 },
  },
  {
    name: 'dense',
    stacked: tf.tensor2d([
      [6, 0, 3],
      [0, 3, 3],
      [0, 0, 3],
    ]),
  },
];

test('only touched rows are combined, and dense parameters by their own rule', () => {
  const combined = (dense: PmtrecOptions['dense'], state: CombinationState = startState) =>
    tf.tidy(() => {
      const method = pmtrec({ ...pmtrecDefaults, dense, scale: 'absolute', temperature: 1e9, denseTemperature: 1e-6 });
      return combineGradients(method, parts(), step, state).gradients.map((one) => one.arraySync());
    });
  const before = tf.memory().numTensors;
  assert.equal(combined('sum')[1], [6, 3, 9]);
  assert.equal(combined('mean')[1], [2, 1, 3]);
  assert.equal(combined('norm')[1], [6, 0, 3]); // the first task's is the longest
  close((combined('mean')[0] as number[][]).flat(), [2 / 3, 2 / 3, 1, 2 / 3]);
  assert.is(tf.memory().numTensors, before);
});

test('one norm per client: weights for all rows alike', () => {
  const choice = { method: 'pmtrec-client', scale: 'absolute', alpha: 1 } as const;
  const { weights, figures } = tryCombination({ ...choice, temperature: 1 }, table);
  const powers = table.map((own) => Math.exp(Math.hypot(...own)));
  close(
    weights!,
    powers.map((power) => power / powers.reduce((sum, value) => sum + value, 0)),
    1e-9,
  );
  assert.equal(figures.shares, weights);
  close(tryCombination({ ...choice, temperature: 1e9 }, table).combined, meanOf(table));
});

test.run();

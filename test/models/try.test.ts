import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tf } from '../../lib/backend/tensorflow';
import { tryNorm, tryTemplate } from '../../lib/models/try';

const weight = [
  [1, 2],
  [3, 4],
];

test('the weights of two tasks follow from the parts', () => {
  const before = tf.memory().numTensors;
  const scenario = [
    [2, 1],
    [1, 0.5],
  ];
  assert.equal(tryTemplate({ scenario: 'plain', task: 'none', rank: 1 }, { weight }, 2), [weight]);
  const [both] = tryTemplate({ scenario: 'full', task: 'none', rank: 1 }, { weight, scenario }, 2);
  assert.equal(both, [
    [2, 2],
    [3, 2],
  ]);
  const lowRank = {
    'task.left': [
      [[1], [0]],
      [[0], [1]],
    ],
    'task.right': [[[0, 10]], [[10, 0]]],
  };
  assert.equal(tryTemplate({ scenario: 'full', task: 'low-rank', rank: 1 }, { weight, scenario, ...lowRank }, 2), [
    [
      [2, 12],
      [3, 2],
    ],
    [
      [2, 2],
      [13, 2],
    ],
  ]);
  const ranks = { 'scenario.left': [[1], [0]], 'scenario.right': [[1, 2]] };
  assert.equal(tryTemplate({ scenario: 'low-rank', task: 'none', rank: 1 }, { weight, ...ranks }, 2), [
    [
      [2, 6],
      [3, 4],
    ],
  ]);
  const ones = [
    [1, 1],
    [1, 1],
  ];
  assert.equal(
    tryTemplate({ scenario: 'additive', task: 'full', rank: 1 }, { weight, scenario: ones, task: [ones, weight] }, 2),
    [
      [
        [3, 4],
        [5, 6],
      ],
      [
        [3, 5],
        [7, 9],
      ],
    ],
  );
  assert.is(tf.memory().numTensors, before);
});

test('parts that are left out have their start values', () => {
  for (const scenario of ['plain', 'full', 'low-rank', 'additive'] as const) {
    for (const task of ['none', 'full', 'low-rank', 'unit-scale'] as const) {
      for (const own of tryTemplate({ scenario, task, rank: 2 }, { weight }, 2)) assert.equal(own, weight);
    }
  }
});

test('batch normalisation by its own statistics, and by given ones', () => {
  const before = tf.memory().numTensors;
  const near = (actual: readonly (readonly number[])[], wanted: number[][]) =>
    assert.ok(
      actual.flat().every((value, i) => Math.abs(value - wanted.flat()[i]) < 1e-4),
      `${actual}`,
    );
  const trained = tryNorm([[8], [12]], { shift: [1] });
  near(trained.values, [[0], [2]]);
  assert.equal([trained.mean, trained.variance], [[10], [8]]);
  near(tryNorm([[8], [12]], { running: { mean: [4], variance: [16] }, scale: [2] }).values, [[2], [4]]);
  assert.is(tf.memory().numTensors, before);
});

test.run();

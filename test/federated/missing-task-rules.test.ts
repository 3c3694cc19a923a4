import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tf } from '../../lib/backend/tensorflow';
import { type AttendOptions, attend } from '../../lib/federated/rules/attend';
import { average } from '../../lib/federated/rules/average';
import { rateDefaults } from '../../lib/federated/rules/own-rate';
import type { GroupUpdate, RuleResult } from '../../lib/federated/rules/rule';
import { numbersOf } from './fixtures';

/** Movements `[client][task][element]` from 10, with `null` for a task that a client lacks: there all is 0. */
type Moves = readonly (readonly (readonly number[] | null)[])[];

function update(moves: Moves, rows = moves.map(() => 10)): GroupUpdate {
  const elements = moves[0].find((move) => move !== null)!.length;
  return {
    group: 'tower',
    round: 1,
    parameters: [
      { name: 'w', group: 'tower', shape: [moves[0].length, elements], initial: { value: 0 }, taskAxis: 0 },
      { name: 'shared', group: 'tower', shape: [3], initial: { value: 0 } },
    ],
    clients: moves.map((own, i) => {
      const values = (from: number, moved: number) =>
        tf.tensor2d(
          own.map((move) => (move ?? Array(elements).fill(null)).map((x) => (x === null ? 0 : from + moved * x))),
        );
      const tasks = own.flatMap((move, task) => (move ? [task] : []));
      return {
        client: `c${i}`,
        rows: rows[i],
        ...(tasks.length < own.length && { tasks }),
        before: { w: values(10, 0), shared: tf.zeros([3]) },
        after: { w: values(10, 1), shared: tf.fill([3], i) },
        touched: {},
      };
    }),
  };
}

const near = (actual: readonly number[], wanted: readonly number[], what: string) => {
  assert.is(actual.length, wanted.length, what);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - wanted[i]) < 3e-6, `${what}: ${actual} against ${wanted}`);
  });
};

test('a task is averaged over the clients that have it, what is not per task over all', () => {
  const some = update(
    [
      [[3], [4]],
      [[5], null],
      [[1], [0]],
    ],
    [30, 10, 10],
  );
  const { values, common, bytes } = average('rows').apply(some, undefined);
  near(numbersOf(values[0].w), [10 + (90 + 50 + 10) / 50, 10 + (120 + 0) / 40], 'by rows');
  near(numbersOf(values[0].shared), Array(3).fill((10 + 20) / 50), 'no task axis');
  assert.is(common, values[0]);
  near(numbersOf(average('equal').apply(some, undefined).values[0].w), [13, 12], 'equal');
  // 2, 1 and 2 tasks of one element each, and three shared elements.
  assert.equal(bytes, { up: 4 * (5 + 9), down: 4 * (5 + 9) });
});

test('the only client that has a task keeps it exactly', () => {
  const { values } = average('rows').apply(
    update(
      [
        [[0.1], [1 / 3]],
        [[5], null],
        [[1], null],
      ],
      [30, 7, 11],
    ),
    undefined,
  );
  assert.is(numbersOf(values[0].w)[1], Math.fround(10 + 1 / 3));
});

const frozen = { ...rateDefaults, initial: 1, trained: false };
/** The parameters of `update` that have a task axis, which `attend` asks for. */
const towers = (moves: Moves, options: Partial<AttendOptions> = {}): RuleResult => {
  const { parameters, ...rest } = update(moves);
  return attend({ rates: frozen, ...options }).apply({ ...rest, parameters: parameters.slice(0, 1) }, undefined);
};
const movedBy = ({ values }: RuleResult, client: number) => numbersOf(values[client].w).map((value) => value - 10);

const moves: Moves = [
  [
    [1, 0],
    [0, 1],
  ],
  [
    [-1, 0],
    [0, 1],
  ],
  [[1, 0], null],
];

test('a tower attends to the towers of its task that there are', () => {
  const result = towers(moves);
  // First task: cosines 1, −1, 1 at τ = ½. Second task: two equal movements, and none of the third client.
  const [like, unlike] = [Math.exp(2), Math.exp(-2)];
  const pulled = (2 * like - unlike) / (2 * like + unlike);
  near(movedBy(result, 0), [1 + pulled, 0, 0, 2], 'first client');
  near(movedBy(result, 2).slice(0, 2), [1 + pulled, 0], 'third client, the task that it has');
  assert.equal(result.bytes, { up: 4 * 10, down: 4 * 10 });
  const { rates } = result.diagnostics as { rates: Record<string, number[]> };
  assert.equal(rates, { c0: [1, 1], c1: [1, 1], c2: [1] });
});

test('attention over all towers leaves out those that do not exist', () => {
  const [first] = [movedBy(towers(moves, { over: 'all' }), 0)];
  // First tower: cosine 1 to (1, 0) twice, 0 to (0, 1) twice, −1 to (−1, 0) once: five towers, not six.
  const powers = [2 * Math.exp(2), 2, Math.exp(-2)];
  const sum = powers[0] + powers[1] + powers[2];
  near(first.slice(0, 2), [1 + (powers[0] - powers[2]) / sum, powers[1] / sum], 'first tower');
  // Second tower: cosine 1 to (0, 1) twice, 0 to three others, whose movements add up to (1, 0).
  const other = 2 * Math.exp(2) + 3;
  near(first.slice(2), [1 / other, 1 + (2 * Math.exp(2)) / other], 'second tower');
});

test('a task that one client alone has is attended to by itself, and one that nobody has by nobody', () => {
  near(
    movedBy(
      towers([
        [
          [1, 0],
          [0, 1],
        ],
        [[1, 0], null],
      ]),
      0,
    ),
    [2, 0, 0, 2],
    'alone',
  );
  for (const over of ['same-task', 'all'] as const) {
    const nobody = towers(
      [
        [[1, 0], null],
        [[1, 0], null],
      ],
      { over },
    );
    near(movedBy(nobody, 0).slice(0, 2), [2, 0], over);
    assert.ok(Object.values(nobody.state!.tensors).every((tensor) => numbersOf(tensor).every(Number.isFinite)));
  }
});

test.run();

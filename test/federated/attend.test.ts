import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tf } from '../../lib/backend/tensorflow';
import { type AttendOptions, attend } from '../../lib/federated/rules/attend';
import { rateDefaults } from '../../lib/federated/rules/own-rate';
import type { GroupUpdate, RuleResult, RuleState } from '../../lib/federated/rules/rule';
import type { Parameter } from '../../lib/models/parameter';
import { numbersOf } from './fixtures';

/** `[client][task][element]` */
type Moves = readonly (readonly (readonly number[])[])[];

const tower = (name: string, tasks: number, elements: number): Parameter => ({
  name,
  group: 'tower',
  shape: [tasks, elements],
  initial: { value: 0 },
  taskAxis: 0,
});

/** All towers stand at 10 and move as given, tensor by tensor. */
function update(moves: Readonly<Record<string, Moves>>, round = 1): GroupUpdate {
  const names = Object.keys(moves);
  const parameters = names.map((name) => tower(name, moves[name][0].length, moves[name][0][0].length));
  const clients = moves[names[0]].map((_, i) => ({
    client: `c${i}`,
    rows: 10,
    before: Object.fromEntries(parameters.map(({ name, shape }) => [name, tf.fill([...shape], 10)])),
    after: Object.fromEntries(
      names.map((name) => [name, tf.tensor2d(moves[name][i].map((row) => row.map((value) => 10 + value)))]),
    ),
    touched: {},
  }));
  return { group: 'tower', round, parameters, clients };
}

const frozen = (initial: number) => ({ ...rateDefaults, initial, trained: false });
const near = (actual: readonly number[], wanted: readonly number[], what = '', tolerance = 2e-6) => {
  assert.is(actual.length, wanted.length, what);
  wanted.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) <= tolerance, `${what}: ${actual} against ${wanted}`);
  });
};

/** By how much each client's tower differs from where it stood, task after task. */
const movedBy = ({ values }: RuleResult, name = 'w') =>
  values.map((one) => numbersOf(one[name]).map((value) => value - 10));
const ratesOf = ({ diagnostics }: RuleResult) => (diagnostics as { rates: Record<string, number[]> }).rates;
const once = (moves: Moves, options: Partial<AttendOptions>) => attend(options).apply(update({ w: moves }), undefined);

/** One task, two clients, at a right angle: cos 0, so softmax(1/τ, 0). */
const square: Moves = [[[2, 0]], [[0, 1]]];
const weight = (difference: number) => 1 / (1 + Math.exp(-difference));

test('rates 0: every tower keeps its own movement', () => {
  assert.equal(movedBy(once(square, { rates: frozen(0) })), [
    [2, 0],
    [0, 1],
  ]);
});

test('cosine attention by hand', () => {
  const own = weight(1 / 0.5);
  const [first, second] = movedBy(once(square, { rates: frozen(1) }));
  near(first, [2 + own * 2, 1 - own]);
  near(second, [(1 - own) * 2, 1 + own]);
  const [half] = movedBy(once(square, { rates: frozen(0.5) }));
  near(half, [2 + own, (1 - own) / 2]);
  const warm = weight(1 / 4);
  near(movedBy(once(square, { rates: frozen(1), temperature: 4 }))[0], [2 + warm * 2, 1 - warm]);
});

test('cosine attention does not depend on the size of the movements, the dot product does', () => {
  const sized = (size: number, similarity: AttendOptions['similarity']) =>
    movedBy(once([[[size, 0]], [[0, size]]], { rates: frozen(1), similarity }))[0].map((value) => value / size);
  near(sized(4, 'cosine'), sized(0.25, 'cosine'), 'cosine', 1e-5);
  // ⟨d_i, d_i⟩/√2 against 0.
  const at = (size: number) => weight(size ** 2 / Math.sqrt(2));
  near(sized(1, 'dot'), [1 + at(1), 1 - at(1)], 'dot at 1');
  near(sized(0.125, 'dot'), [1 + at(0.125), 1 - at(0.125)], 'dot at 1/8', 1e-5);
  assert.ok(at(0.125) < 0.503, 'small movements are attended to uniformly');
});

/** Two clients with two tasks: the first task's movements are opposed, the second's alike. */
const tasks: Moves = [
  [
    [1, 0],
    [0, 1],
  ],
  [
    [-1, 0],
    [0, 1],
  ],
];

test('a tower attends to its own task', () => {
  const own = weight(2 / 0.5);
  const [first, second] = movedBy(once(tasks, { rates: frozen(1) }));
  near(first, [1 + own - (1 - own), 0, 0, 2]);
  near(second, [-1 - own + (1 - own), 0, 0, 2]);
});

test('a tower attends to all towers when told so', () => {
  // Cosines of the first tower to (own task, other task) of both clients: 1, 0, −1, 0 at τ = ½.
  const powers = [Math.exp(2), 1, Math.exp(-2), 1];
  const share = powers.map((power) => power / powers.reduce((sum, one) => sum + one, 0));
  const [first] = movedBy(once(tasks, { rates: frozen(1), over: 'all' }));
  near(first.slice(0, 2), [1 + share[0] - share[2], share[1] + share[3]]);
  // The second tower: 0, 1, 0, 1.
  const alike = Math.exp(2) / (2 * Math.exp(2) + 2);
  near(first.slice(2), [0, 1 + 2 * alike]);
});

test('a tower that did not move is unrelated to all, and takes the mean', () => {
  const [first, second] = movedBy(once([[[2, 0]], [[0, 0]]], { rates: frozen(1) }));
  const own = weight(1 / 0.5);
  near(first, [2 + own * 2, 0]);
  near(second, [1, 0]);
  for (const over of ['same-task', 'all'] as const) {
    const still = once([[[0, 0]], [[0, 0]]], { over });
    assert.equal(movedBy(still).flat(), [0, 0, 0, 0]);
  }
});

test('every tensor of a tower is attended to by itself', () => {
  const moves = { w: square, b: [[[1]], [[-1]]] };
  const result = attend({ rates: frozen(1) }).apply(update(moves), undefined);
  const own = weight(1 / 0.5);
  near(movedBy(result)[0], [2 + own * 2, 1 - own]);
  const alike = weight(2 / 0.5);
  near(movedBy(result, 'b')[0], [1 + alike - (1 - alike)], 'bias');
});

test('rates are trained per client, tensor and task, by what was taken in the last round', () => {
  const rule = attend({ rates: { ...rateDefaults, initial: 0.5 } });
  const moves = (w: Moves, b: Moves) => ({ w, b });
  const alike: Moves = [
    [
      [1, 0],
      [0, 1],
    ],
    [
      [1, 0],
      [0, 1],
    ],
  ];
  const first = rule.apply(
    update(
      moves(alike, [
        [[1], [1]],
        [[1], [1]],
      ]),
    ),
    undefined,
  );
  assert.equal(ratesOf(first), { c0: [0.5, 0.5, 0.5, 0.5], c1: [0.5, 0.5, 0.5, 0.5] });
  // All took (1, 0) for the first task's weight, (0, 1) for the second's, 1 for the biases.
  const next: Moves = [
    [
      [3, 0],
      [0, -2],
    ],
    [
      [0.6, 0.8],
      [4, 0],
    ],
  ];
  const second = rule.apply(
    update(
      moves(next, [
        [[5], [-5]],
        [[0], [1]],
      ]),
      2,
    ),
    first.state,
  );
  const after = (cosine: number) => 0.5 + 0.01 * (cosine - 5e-5);
  near(ratesOf(second).c0, [after(1), after(-1), after(1), after(-1)], 'first client', 1e-7);
  near(ratesOf(second).c1, [after(0.6), after(0), after(0), after(1)], 'second client', 1e-7);
  // Each rate counts where it belongs: the second client's bias of the second task meets −5 at cos −1.
  const self = weight(2 / 0.5);
  near([movedBy(second, 'b')[1][1]], [1 + after(1) * (self - 5 * (1 - self))], 'bias');
  // Its weight of that task meets (0, −2) at a right angle.
  const right = weight(1 / 0.5);
  near(movedBy(second)[1].slice(2), [4 + after(0) * right * 4, after(0) * (1 - right) * -2], 'weight', 4e-6);
});

/** Rates of a single client, whose tower attends to itself, over rounds of one movement each. */
function ratesOver(moves: readonly number[], initial: number): number[] {
  const rule = attend({ rates: { ...rateDefaults, initial, weightDecay: 0 } });
  let state: RuleState | undefined;
  return moves.map((move, i) => {
    const result = rule.apply(update({ w: [[[move]]] }, i + 1), state);
    state = result.state;
    return ratesOf(result).c0[0];
  });
}

test('rates have momentum and stay between 0 and 1', () => {
  const rising = ratesOver(Array(30).fill(1), 0.9);
  near(rising.slice(0, 3), [0.9, 0.91, 0.929], 'momentum', 1e-7);
  assert.is(rising[29], 1);
  const falling = ratesOver(
    Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? 1 : -1)),
    0.1,
  );
  assert.is(falling[29], 0);
});

test('frozen rates stay', () => {
  const rule = attend({ rates: frozen(0.3) });
  const first = rule.apply(update({ w: square }), undefined);
  assert.equal(ratesOf(rule.apply(update({ w: square }, 2), first.state)), { c0: [0.3], c1: [0.3] });
});

test('every client sends and receives all towers', () => {
  const { bytes } = attend().apply(
    update({
      w: tasks,
      b: [
        [[1], [1]],
        [[1], [1]],
      ],
    }),
    undefined,
  );
  assert.equal(bytes, { up: 2 * 6 * 4, down: 2 * 6 * 4 });
});

test('a parameter without task axis is refused by name', () => {
  const plain = update({ w: square });
  const parameters = plain.parameters.map(({ taskAxis: _, ...rest }) => rest);
  assert.throws(() => attend().apply({ ...plain, parameters }, undefined), /parameter w has no task axis/);
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { sumOf } from '../../lib/backend/operations/sums';
import { permutation } from '../../lib/backend/random';
import { type Tensor, tf } from '../../lib/backend/tensorflow';
import { bySlice, fromSlices } from '../../lib/federated/rules/by-slice';
import { type CoordinateOptions, coordinate } from '../../lib/federated/rules/coordinate';
import { rateDefaults } from '../../lib/federated/rules/own-rate';
import { gramsByExpert, innerByExpert, mixExperts, scaleExperts } from '../../lib/federated/rules/per-expert';
import type { GroupUpdate, RuleResult, RuleState } from '../../lib/federated/rules/rule';
import { elements, type Parameter } from '../../lib/models/parameter';
import { numbersOf } from './fixtures';

const parameter = (shape: readonly number[], expertAxis: number, name = 'p'): Parameter => ({
  name,
  group: 'expert.scenario',
  shape,
  initial: { value: 0 },
  expertAxis,
});

/** Every client starts from `before` and moves by its own row of `moves`, both in row-major order. */
function update(
  of: Parameter,
  before: readonly number[],
  moves: readonly (readonly number[])[],
  round = 1,
): GroupUpdate {
  const tensor = (values: readonly number[]) => tf.tensor([...values], [...of.shape]);
  return {
    group: of.group,
    round,
    parameters: [of],
    clients: moves.map((moved, i) => ({
      client: `c${i}`,
      rows: 10,
      before: { [of.name]: tensor(before) },
      after: { [of.name]: tensor(before.map((value, j) => value + moved[j])) },
      touched: {},
    })),
  };
}

const frozen = (initial: number) => ({ ...rateDefaults, initial, trained: false });
const near = (actual: ArrayLike<number>, wanted: readonly number[], what = '', tolerance = 1e-6) => {
  assert.is(actual.length, wanted.length, what);
  wanted.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) <= tolerance, `${what} ${Array.from(actual)} against ${wanted}`);
  });
};

/** The clients' new values. */
const valuesOf = ({ values }: RuleResult, name = 'p') => values.map((one) => numbersOf(one[name]));

/** One expert with one weight, which stands at 5; the clients move it by 2 and by −1, so the mean is ½. */
const single = parameter([1, 1], 0);
const two = update(single, [5], [[2], [-1]]);
const applied = (options: Partial<CoordinateOptions>) => coordinate(options).apply(two, undefined);

test('rates 0: every client keeps its own movement', () => {
  assert.equal(valuesOf(applied({ rates: frozen(0) })), [[7], [4]]);
});

test('rates 1 with the mean: own movement and the mean', () => {
  assert.equal(valuesOf(applied({ direction: 'mean', rates: frozen(1) })), [[7.5], [4.5]]);
});

test('conflict-averse direction by hand', () => {
  // On a line D̄ = ½ and D_w reaches from −1 to 2; the objective D_w/2 + .4 · ½ · |D_w| is least at −1, so the
  // direction gives way to the second client: (½ − .4 · ½)/1.16.
  const u = 0.3 / 1.16;
  const [first, second] = valuesOf(applied({ rates: frozen(1) }));
  near([...first, ...second], [7 + u, 4 + u]);
  const [third, fourth] = valuesOf(applied({ rates: frozen(0.25) }));
  near([...third, ...fourth], [7 + u / 4, 4 + u / 4]);
});

test('no personalisation: the same movement for everyone, without the own one', () => {
  assert.equal(valuesOf(applied({ direction: 'mean', personalisation: 'none' })), [[5.5], [5.5]]);
  const [first, second] = valuesOf(applied({ personalisation: 'none', rates: frozen(1) }));
  near([...first, ...second], [5 + 0.3 / 1.16, 5 + 0.3 / 1.16]);
});

test('PCGrad: opposed movements leave no common direction', () => {
  assert.equal(valuesOf(applied({ direction: 'pcgrad', rates: frozen(1) })), [[7], [4]]);
});

test('similarity weights by hand', () => {
  // cos = −1 and 1, τ = ½: softmax(2, −2) = (1, e⁻⁴)/(1 + e⁻⁴).
  const other = Math.exp(-4) / (1 + Math.exp(-4));
  const [first, second] = valuesOf(applied({ personalisation: 'similarity', temperature: 0.5 }));
  const own = 1 - other;
  near([...first, ...second], [5 + 2 + own * 2 - other, 5 - 1 - own + other * 2]);
});

test('a client that did not move counts as unrelated to all', () => {
  const still = update(single, [5], [[2], [0]]);
  const result = coordinate({ personalisation: 'similarity' }).apply(still, undefined);
  // The first is alike to itself (cos 1, τ ½) and unrelated to the second; the second to both.
  const own = Math.exp(2) / (Math.exp(2) + 1);
  near(valuesOf(result).flat(), [5 + 2 + own * 2, 5 + 0.5 * 2]);
});

/** Rates of both clients after each round; the movements of each round are given. */
function ratesOver(rounds: readonly (readonly (readonly number[])[])[], options: Partial<CoordinateOptions> = {}) {
  const rule = coordinate({ direction: 'mean', ...options });
  let state: RuleState | undefined;
  return rounds.map((moves, i) => {
    const shape = parameter([1, moves[0].length], 0);
    const zero = moves[0].map(() => 0);
    const result = rule.apply(update(shape, zero, moves, i + 1), state);
    state = result.state;
    return (result.diagnostics as { rates: Record<string, number[]> }).rates;
  });
}

test('a rate rises where the next movement goes along, and falls where it goes against', () => {
  const rounds = [
    [
      [1, 0],
      [1, 0],
    ],
    [
      [3, 0],
      [-2, 0],
    ],
  ];
  const [first, second] = ratesOver(rounds, { rates: { ...rateDefaults, initial: 0.5 } });
  assert.equal(first, { c0: [0.5], c1: [0.5] });
  // One step of .01 along cos = ±1, with decay 1e-4 · .5.
  near(second.c0, [0.5 + 0.01 * (1 - 5e-5)], 'along', 1e-9);
  near(second.c1, [0.5 - 0.01 * (1 + 5e-5)], 'against', 1e-9);
});

test('the step of a rate depends on the direction of a movement and not on its size', () => {
  const at = (size: number) =>
    ratesOver([
      [
        [size, 0],
        [size, 0],
      ],
      [
        [0.6 * size, 0.8 * size],
        [-size, 0],
      ],
    ])[1];
  near(at(1).c0, [0.1 + 0.01 * (0.6 - 1e-5)], 'cos .6', 1e-7);
  for (const size of [1e-6, 1e-3, 1e3]) near(at(size).c0, at(1).c0, `size ${size}`, 1e-7);
});

test('a rate has momentum, and stays between 0 and 1', () => {
  const along = Array.from({ length: 60 }, () => [[1], [1]]);
  const rising = ratesOver(along, { rates: { ...rateDefaults, initial: 0.9, weightDecay: 0 } }).map(({ c0 }) => c0[0]);
  near(rising.slice(0, 3), [0.9, 0.91, 0.929], 'momentum', 1e-6);
  assert.is(rising[59], 1);
  // The direction is (½, 0), (−½, 0), … by turns, so the second client moves against the last one every time.
  const turning = along.map((_, i) => (i % 2 === 0 ? [[2], [-1]] : [[-2], [1]]));
  const falling = ratesOver(turning).map(({ c0 }) => c0[0]);
  assert.is(falling[59], 0);
  assert.ok([...rising, ...falling].every((rate) => rate >= 0 && rate <= 1));
});

test('a rate that was held at its bound leaves it when the direction turns', () => {
  const along = Array.from({ length: 20 }, () => [[1], [1]]);
  const against = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? [[-1], [-1]] : [[1], [1]]));
  const rates = ratesOver([...along, ...against], { rates: { ...rateDefaults, initial: 0.95 } }).map(({ c0 }) => c0[0]);
  assert.is(rates[19], 1);
  assert.ok(rates[59] < 0.9, `${rates[59]}`);
});

test('frozen rates stay', () => {
  const rounds = [
    [[1], [1]],
    [[1], [-1]],
  ];
  assert.equal(ratesOver(rounds, { rates: frozen(0.3) })[1], { c0: [0.3], c1: [0.3] });
});

test('a client that missed a round keeps its rate: it has taken nothing of the last direction', () => {
  const rule = coordinate({ direction: 'mean', rates: { ...rateDefaults, initial: 0.5 } });
  const move = (round: number) => update(single, [0], [[1], [1]], round);
  const first = rule.apply(move(1), undefined);
  const alone = { ...move(2), clients: move(2).clients.slice(0, 1) };
  const second = rule.apply(alone, first.state);
  const third = rule.apply(move(3), second.state);
  const { rates } = third.diagnostics as { rates: Record<string, number[]> };
  near(rates.c1, [0.5], 'no step', 1e-9);
  assert.ok(rates.c0[0] > rates.c1[0]);
});

/** Random numbers in the order of a parameter. */
const spread = (of: Parameter, seed: number): number[] => {
  const count = elements(of);
  return Array.from(permutation(count, seed), (place) => (2 * place + 1) / count - 1);
};

const gathered = (tensor: Tensor, order: readonly number[], axis: number) =>
  tf.gather(tensor, tf.tensor1d([...order], 'int32'), axis);

test('experts do not know of each other: permuted experts give permuted results', () => {
  const of = parameter([3, 4, 2], 1);
  const order = [2, 0, 3, 1];
  const rule = coordinate({ rates: { ...rateDefaults, initial: 0.7 } });
  const updates = [1, 2].map((round) =>
    update(
      of,
      spread(of, round),
      [3, 4, 5].map((seed) => spread(of, 10 * round + seed)),
      round,
    ),
  );
  const permuted = updates.map((one) => ({
    ...one,
    clients: one.clients.map((client) => ({
      ...client,
      before: { p: gathered(client.before.p, order, 1) },
      after: { p: gathered(client.after.p, order, 1) },
    })),
  }));
  const second = (rounds: readonly GroupUpdate[]) =>
    rule.apply(rounds[1], rule.apply(rounds[0], undefined).state) as RuleResult;
  const [plain, other] = [second(updates), second(permuted)];
  plain.values.forEach(({ p }, i) => {
    near(numbersOf(other.values[i].p), numbersOf(gathered(p, order, 1)), `client ${i}`);
  });
  const rates = ({ diagnostics }: RuleResult) => (diagnostics as { rates: Record<string, number[]> }).rates;
  for (const [client, own] of Object.entries(rates(plain))) {
    near(
      rates(other)[client],
      order.map((expert) => own[expert]),
      client,
    );
    assert.is(new Set(own).size, 4, 'every expert has its own rate');
  }
});

test('an expert is one vector over all layers', () => {
  // The layers' movements conflict in the first layer and agree in the second, which is larger: no conflict in all.
  const layers = [parameter([1, 1], 0, 'a'), parameter([1, 1], 0, 'b')];
  const clients = [2, -2].map((a, i) => ({
    client: `c${i}`,
    rows: 1,
    before: { a: tf.zeros([1, 1]), b: tf.zeros([1, 1]) },
    after: { a: tf.tensor2d([[a]]), b: tf.tensor2d([[6]]) },
    touched: {},
  }));
  const { diagnostics, values } = coordinate({ direction: 'pcgrad', rates: frozen(1) }).apply(
    { group: 'g', round: 1, parameters: layers, clients },
    undefined,
  );
  const { cosines, conflicting } = diagnostics as { cosines: number[][][]; conflicting: number };
  near(cosines[0][0], [1, (36 - 4) / 40], 'cosines');
  assert.is(conflicting, 0);
  near(numbersOf(values[0].a), [2]);
  near(numbersOf(values[0].b), [12]);
});

test('what is reported: cosines, conflicts, the client served worst', () => {
  const { diagnostics } = applied({ rates: frozen(1) });
  const u = 0.3 / 1.16;
  const report = diagnostics as {
    cosines: number[][][];
    conflicting: number;
    leastAlignment: number[];
    alignmentOfMean: number[];
    directionNorm: number[];
  };
  near(report.cosines.flat(2), [1, -1, -1, 1]);
  assert.is(report.conflicting, 1);
  near(report.leastAlignment, [-u]);
  near(report.alignmentOfMean, [-0.5]);
  near(report.directionNorm, [u]);
});

test('every client sends and receives the whole group', () => {
  const of = parameter([3, 4, 2], 1);
  const { bytes } = coordinate().apply(update(of, spread(of, 1), [spread(of, 2), spread(of, 3)]), undefined);
  assert.equal(bytes, { up: 2 * 24 * 4, down: 2 * 24 * 4 });
});

test('a parameter without expert axis is refused by name', () => {
  const { expertAxis: _, ...plain } = single;
  const bare = update(plain, [1], [[1], [1]]);
  assert.throws(() => coordinate().apply(bare, undefined), /parameter p has no expert axis/);
});

for (const axis of [0, 1, 2, 3]) {
  test(`slices along axis ${axis} and back are the same tensors`, () => {
    const shape = [2, 3, 4, 5];
    const of = parameter(shape, axis);
    const tensors = [1, 2, 3].map((seed) => tf.tensor(spread(of, seed), shape));
    const slices = bySlice(of, tensors, axis);
    assert.equal(slices.shape, [3, shape[axis], elements(of) / shape[axis]]);
    const back = fromSlices(of, slices, axis);
    assert.equal(back.map(numbersOf), tensors.map(numbersOf));
    assert.equal(back[0].shape, shape);
    // Row e is what the slice e of a tensor holds, in its order.
    const second = tf.slice(
      tensors[2],
      shape.map((_, i) => Number(i === axis)),
      shape.map((length, i) => (i === axis ? 1 : length)),
    );
    assert.equal(numbersOf(slices.gather(2).gather(1)), numbersOf(second));
  });
}

/** The shapes that the arithmetic by expert tells apart, small ones and such as take several chunks. */
const shapes: readonly [shape: number[], expertAxis: number][] = [
  [[4, 3, 5], 1],
  [[3, 4, 5], 0],
  [[2, 2, 3, 4], 2],
  [[2100, 2, 300], 1],
  [[2, 1024, 1024], 0],
];
for (const [shape, axis] of shapes) {
  test(`arithmetic by expert: ${shape}, axis ${axis}`, () => {
    tf.tidy(() => {
      const of = parameter(shape, axis);
      const moves = [1, 2, 3].map((seed) => tf.randomUniform(shape, -1, 1, 'float32', seed));
      const apart = moves.map((move) => tf.split(move, shape[axis], axis));
      const dot = (x: Tensor, y: Tensor) => tf.sum(tf.mul(x, y)).dataSync()[0];
      const size = elements(of) / shape[axis];

      const grams = gramsByExpert(of, moves);
      apart[0].forEach((_, e) => {
        const wanted = moves.flatMap((_, i) => moves.map((_, j) => dot(apart[i][e], apart[j][e])));
        near(grams[e].flat(), wanted, `expert ${e}`, 2e-6 * size);
      });
      const products = numbersOf(innerByExpert(of, moves[0], moves[1]));
      products.forEach((product, e) => {
        near([product], [dot(apart[0][e], apart[1][e])], 'inner product', 2e-6 * size);
      });

      const factors = apart[0].map((_, e) => e + 0.5);
      const scaled = tf.concat(
        apart[0].map((part, e) => tf.mul(part, factors[e])),
        axis,
      );
      assert.is(tf.max(tf.abs(tf.sub(scaleExperts(of, moves[0], factors), scaled))).dataSync()[0], 0);

      const coefficients = factors.map((factor) => moves.map((_, i) => moves.map((_, j) => factor + i - 2 * j)));
      mixExperts(of, moves, coefficients).forEach((mixed, i) => {
        const wanted = tf.concat(
          factors.map((_, e) => tf.addN(moves.map((_, j) => tf.mul(apart[j][e], coefficients[e][i][j])))),
          axis,
        );
        assert.equal(mixed.shape, shape);
        assert.ok(tf.max(tf.abs(tf.sub(mixed, wanted))).dataSync()[0] < 1e-5);
      });
    });
  });
}

test('a sum of many terms is that of all, a few of them in memory at a time', () => {
  tf.tidy(() => {
    for (const count of [1, 8, 9, 30]) {
      let most = 0;
      const before = liveTensors();
      const sum = sumOf(count, (i) => {
        most = Math.max(most, liveTensors() - before);
        return tf.tensor1d([i, 1]);
      });
      assert.equal(numbersOf(sum), [(count * (count - 1)) / 2, count]);
      assert.ok(most <= 9, `${most}`);
    }
  });
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { kernelsInUse, withKernels } from '../../lib/backend/kernels';
import { addLowRank, addLowRankPortable } from '../../lib/backend/operations/add-low-rank';
import { gatedMixture, gatedMixturePortable } from '../../lib/backend/operations/gated-mixture';
import { groupedLinear, groupedLinearPortable } from '../../lib/backend/operations/grouped-linear';
import { logisticLoss, logisticLossPortable } from '../../lib/backend/operations/logistic-loss';
import {
  fieldInput,
  fieldInputPortable,
  foldedLinear,
  foldingPays,
  type Lookup,
  lookup,
  lookupPortable,
} from '../../lib/backend/operations/lookup';
import { normRelu, normReluDropout, normReluDropoutPortable } from '../../lib/backend/operations/norm-relu-dropout';
import { offers, offersPortable } from '../../lib/backend/operations/offers';
import { squaredDistance, squaredDistancePortable } from '../../lib/backend/operations/squared-distance';
import {
  innerProducts,
  innerProductsPortable,
  weightedSum,
  weightedSumPortable,
} from '../../lib/backend/operations/sums';
import { taskLogits, taskLogitsPortable } from '../../lib/backend/operations/task-logits';
import { permutation } from '../../lib/backend/random';
import { type Tensor, type Tensor2D, tf } from '../../lib/backend/tensorflow';
import { agree, near, random } from './compare';

test('the kernels of this addon are found and used', () => {
  assert.is(kernelsInUse(), true);
  assert.is(withKernels(false, kernelsInUse), false);
  assert.is(kernelsInUse(), true);
});

function exampleLookup(batch: number, sizes: number[]): Lookup {
  const fields = sizes.length;
  const starts = [0];
  for (const size of sizes) starts.push(starts[starts.length - 1] + size);
  const positions = new Int32Array(batch * fields);
  sizes.forEach((size, field) => {
    const order = permutation(batch, field + 1);
    for (let row = 0; row < batch; row++) positions[row * fields + field] = starts[field] + (order[row] % size);
  });
  return { batch, fields, rows: starts[fields], positions: tf.tensor1d(positions, 'int32'), fieldStarts: starts };
}

for (const { batch, sizes, dense } of [
  { batch: 9, sizes: [3, 5, 2], dense: 2 },
  { batch: 9, sizes: [3, 5, 2], dense: 0 },
  { batch: 1, sizes: [1], dense: 3 },
  { batch: 300, sizes: [1, 7], dense: 1 },
]) {
  const at = exampleLookup(batch, sizes);
  const width = 4;
  const rows = random([at.rows, width], 1);
  const numbers = random([batch, dense], 3);
  const subsets = [sizes.map((_, field) => field), [sizes.length - 1], [0]];

  for (const fields of subsets) {
    test(`field vectors: fields ${fields} of ${sizes}, ${dense} numbers, ${batch} rows`, () => {
      agree(
        [rows, numbers],
        (r: Tensor2D, d: Tensor2D) => lookup(r, d, at, fields),
        (r: Tensor2D, d: Tensor2D) => lookupPortable(r, d, at, fields),
      );
    });
    test(`first layer with fields ${fields} of ${sizes} folded, ${dense} numbers, ${batch} rows`, () => {
      const rest = sizes.map((_, field) => field).filter((field) => !fields.includes(field));
      agree(
        [rows, numbers, random([sizes.length * width + dense, 6], 2)],
        (r: Tensor2D, d: Tensor2D, w: Tensor2D) => foldedLinear(r, lookup(r, d, at, rest), w, at, fields),
        (r: Tensor2D, d: Tensor2D, w: Tensor2D) => fieldInputPortable(r, d, at)(w),
      );
    });
  }
}

test('each field of a first layer goes the way that pays', () => {
  const at = exampleLookup(64, [3, 64, 2]);
  const width = 32;
  assert.equal(
    [0, 1, 2].map((field) => foldingPays(at, field, width)),
    [true, false, true],
  );
  agree(
    [random([at.rows, width], 1), random([64, 2], 3), random([3 * width + 2, 300], 2)],
    (r: Tensor2D, d: Tensor2D, w: Tensor2D) => fieldInput(r, d, at)(w),
    (r: Tensor2D, d: Tensor2D, w: Tensor2D) => fieldInputPortable(r, d, at)(w),
  );
});

test('a first layer without fields is a linear map of the numbers', () => {
  const at = exampleLookup(5, []);
  agree(
    [random([5, 3], 1), random([3, 4], 2)],
    (d: Tensor2D, w: Tensor2D) => fieldInput(tf.zeros([0, 4]) as Tensor2D, d, at)(w),
    (d: Tensor2D, w: Tensor2D) => tf.matMul(d, w),
  );
});

test('a place outside the table is an error, not a crash', () => {
  const at = { ...exampleLookup(2, [2]), positions: tf.tensor1d([0, 7], 'int32') };
  const dense = tf.zeros([2, 0]) as Tensor2D;
  assert.throws(() => lookup(random([2, 3], 1) as Tensor2D, dense, at, [0]), /outside the table/);
});

for (const [groups, maps, batch] of [
  [3, 3, 7],
  [6, 3, 7],
  [1, 1, 1],
  [2, 1, 70],
  [2, 1, 480],
]) {
  test(`${maps} linear maps for ${groups} groups of ${batch} rows`, () => {
    agree([random([groups, batch, 4], 1), random([maps, 4, 5], 2)], groupedLinear, groupedLinearPortable);
  });
}

for (const { batch, tasks, experts, own } of [
  { batch: 7, tasks: 2, experts: 3, own: false },
  { batch: 70, tasks: 2, experts: 3, own: true },
  { batch: 1, tasks: 1, experts: 1, own: false },
]) {
  test(`mixtures of ${experts} experts for ${tasks} tasks${own ? ', each its own' : ''}`, () => {
    const groups = own ? tasks * experts : experts;
    agree([random([batch, tasks, experts], 1), random([groups, batch, 5], 2)], gatedMixture, gatedMixturePortable);
  });
}

for (const { batch, own, groups, grouped, rank = 2 } of [
  { batch: 150, own: 3, groups: 6, grouped: false },
  { batch: 7, own: 6, groups: 6, grouped: true },
  { batch: 1, own: 1, groups: 1, grouped: false },
  { batch: 9, own: 1, groups: 2, grouped: false, rank: 7 },
]) {
  test(`a low-rank part for ${groups} groups on ${own} bases, ${grouped ? 'groups' : 'rows'} first`, () => {
    const base = random(grouped ? [own, batch, 5] : [batch, own * 5], 1);
    const left = random(grouped ? [groups, batch, rank] : [batch, groups * rank], 2);
    agree([base, left, random([groups, rank, 5], 3)], addLowRank, addLowRankPortable);
  });
}

for (const [tasks, batch, units] of [
  [2, 70, 5],
  [3, 9, 40],
  [1, 1, 1],
]) {
  test(`logits of ${tasks} tasks, ${batch} rows, ${units} units`, () => {
    agree(
      [random([tasks, batch, units], 1), random([tasks, units], 2), random([tasks], 3)],
      taskLogits,
      taskLogitsPortable,
    );
  });
}

test('cross-entropy of logits', () => {
  const labels = tf.tensor2d([1, 0, 0, 1, 1, 0], [3, 2]);
  agree(
    [tf.mul(random([3, 2], 1), 4)],
    (logits: Tensor) => logisticLoss(logits, labels),
    (logits: Tensor) => logisticLossPortable(logits, labels),
  );
  const weights = tf.tensor2d([0.1, 0.2, 0, 0.3, 0.4, 0], [3, 2]);
  agree(
    [tf.mul(random([3, 2], 1), 4)],
    (logits: Tensor) => logisticLoss(logits, labels, weights),
    (logits: Tensor) => logisticLossPortable(logits, labels, weights),
  );
  assert.ok(Math.abs(logisticLoss(tf.tensor2d([[1000]]), tf.tensor2d([[0]])).dataSync()[0] - 1000) < 1e-3);
});

test('squared distance over a list of pairs', () => {
  const shapes = [[3, 2], [1], [40000]];
  const inputs = [...shapes.map((shape, i) => random(shape, i + 1)), ...shapes.map((shape, i) => random(shape, i + 7))];
  const pairsOf = (x: Tensor[]) => shapes.map((_, i): [Tensor, Tensor] => [x[i], x[shapes.length + i]]);
  agree(
    inputs,
    (...x: Tensor[]) => squaredDistance(pairsOf(x)),
    (...x: Tensor[]) => squaredDistancePortable(pairsOf(x)),
    false, // a sum of forty thousand squares is too large to show the slope of one of them
  );
  agree(
    [random([3, 2], 1), random([3, 2], 2)],
    (a: Tensor, b: Tensor) => squaredDistance([[a, b]]),
    (a: Tensor, b: Tensor) => squaredDistancePortable([[a, b]]),
  );
  assert.is(squaredDistance([]).dataSync()[0], 0);
});

for (const [expertAxis, shape] of [
  [1, [3, 2, 1500]],
  [0, [2, 5]],
] as const) {
  test(`what clients are offered, experts on axis ${expertAxis}`, () => {
    const numbers = (seed: number) => random([3, 2], seed).arraySync() as number[][];
    const [moves, bases] = [10, 20].map((seed) => [1, 2, 3].map((client) => random([...shape], seed + client)));
    const inputs = { moves, bases, expertAxis, shares: numbers(1), less: numbers(2), rates: numbers(3) };
    const [found, wanted] = [offers(inputs), offersPortable(inputs)];
    for (const part of ['offers', 'next'] as const) {
      found[part].forEach((tensor, i) => {
        assert.equal(tensor.shape, moves[i].shape);
        near(tensor.dataSync(), wanted[part][i].dataSync(), 1e-6, `${part} ${i}`);
      });
    }
    const before = liveTensors();
    for (const list of Object.values(offers(inputs))) tf.dispose(list);
    assert.is(liveTensors(), before);
  });
}

test('weighted sums and inner products of large tensors', () => {
  for (const [expertAxis, shape] of [
    [1, [3, 2, 5000]],
    [0, [3, 4]],
  ] as const) {
    const tensors = Array.from({ length: 11 }, (_, i) => random([...shape], i + 1));
    const weights = tensors.map((_, i) => i / 10 - 0.3);
    near(weightedSum(tensors, weights).dataSync(), weightedSumPortable(tensors, weights).dataSync(), 1e-6, 'sum');
    const spread = tensors.map((_, i) => tf.fill([shape[0], ...shape.slice(1).map(() => 1)], weights[i]));
    near(weightedSum(tensors, spread).dataSync(), weightedSum(tensors, weights).dataSync(), 1e-6, 'spread weights');
    const products = [innerProducts, innerProductsPortable].map((of) => of(tensors[0], tensors[1], expertAxis));
    near(products[0].dataSync(), products[1].dataSync(), 1e-5, 'products');
  }
  assert.throws(() => weightedSumPortable([], []), /nothing to sum up/);
});

for (const { name, x, scale } of [
  { name: 'rows', x: [11, 5], scale: [5] },
  { name: 'rows to groups', x: [200, 6], scale: [3, 2] },
  { name: 'groups', x: [3, 70, 5], scale: [3, 5] },
  { name: 'tasks and experts', x: [6, 9, 17], scale: [2, 3, 17] },
  { name: 'one row', x: [1, 3], scale: [3] },
]) {
  for (const rate of [0, 0.2]) {
    test(`batch normalisation, ReLU and dropout at ${rate}: ${name}`, () => {
      const seen: Float32Array[] = [];
      const statistics = (mean: Tensor, variance: Tensor) => {
        seen.push(tf.concat([mean.flatten(), variance.flatten()]).dataSync() as Float32Array);
        tf.dispose([mean, variance]);
      };
      const dropout = { rate, seed: [3, 4] as const };
      // A shift of 12 keeps every unit active while a slope is measured, so that no kink lies within a step.
      for (const level of [0, 12]) {
        const inputs = [random(x, 1), random(scale, 2), tf.add(random(scale, 3), level)];
        const fast = (x: Tensor, scale: Tensor, shift: Tensor) => normReluDropout(x, scale, shift, dropout, statistics);
        const portable = (x: Tensor, scale: Tensor, shift: Tensor) =>
          normReluDropoutPortable(x, scale, shift, dropout, statistics);
        agree(inputs, fast, portable, level > 0);
      }
      for (const values of seen) near(values, seen[0], 0.2, 'statistics'); // they move with the slopes' inputs
      near(seen[2], seen[0], 2e-6, 'statistics');
    });
  }

  test(`the layer when predicting: ${name}`, () => {
    const [mean, variance] = [random(scale, 4), tf.add(tf.square(random(scale, 5)), 0.1)];
    const inputs = [random(x, 1), random(scale, 2), random(scale, 3), mean, variance];
    const run = (kernels: boolean) =>
      withKernels(kernels, () => normRelu(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4]));
    assert.equal(run(true).shape, run(false).shape);
    near(run(true).dataSync(), run(false).dataSync(), 2e-6, 'values');
  });
}

test('a variance beside a large mean is not lost', () => {
  const x = tf.add(tf.mul(random([4096, 3], 1), 0.01), 100) as Tensor2D;
  const exact = [0, 1, 2].map((unit) => {
    const column = Array.from(x.dataSync().filter((_, i) => i % 3 === unit));
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    return column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (column.length - 1);
  });
  const one = tf.ones([3]);
  normReluDropout(x, one, one, { rate: 0, seed: [0, 0] }, (mean, variance) => {
    near(variance.dataSync(), exact, 1e-3, 'variance');
    tf.dispose([mean, variance]);
  });
});

test('dropout keeps the promised share, and one seed draws one mask', () => {
  const x = random([4096, 8], 1) as Tensor2D;
  const drawn = (seed: [number, number]) =>
    tf.tidy(() =>
      normReluDropout(x, tf.ones([8]), tf.fill([8], 9), { rate: 0.2, seed }, (...s) => tf.dispose(s)).dataSync(),
    );
  const first = drawn([1, 2]);
  const share = first.filter((value) => value === 0).length / first.length;
  assert.ok(Math.abs(share - 51 / 256) < 0.01, `dropped ${share}`);
  assert.equal(drawn([1, 2]), first);
  assert.not.equal(drawn([1, 3]), first);
});

test('draws of neighbouring steps, units and seeds are independent', () => {
  const [batch, units, rate] = [512, 64, 51 / 256];
  const dropped = (seed: readonly [number, number]): Float32Array =>
    tf.tidy(() => {
      const x = random([batch, units], 1);
      const layer = normReluDropout(x, tf.ones([units]), tf.fill([units], 9), { rate, seed }, (...s) => tf.dispose(s));
      return Float32Array.from(layer.dataSync(), (value) => Number(value === 0));
    });
  const correlation = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, value, i) => sum + (value - rate) * (b[i] - rate), 0) / a.length / (rate * (1 - rate));
  const bound = 4 / Math.sqrt(batch * units); // four standard errors
  const mask = dropped([7, 1]);
  const shifted = (by: number) => Float32Array.from(mask, (_, i) => mask[(i + by) % mask.length]);
  const others = {
    step: dropped([7, 2]),
    seed: dropped([8, 1]),
    unit: shifted(1),
    block: shifted(16),
    row: shifted(units),
  };
  for (const [name, other] of Object.entries(others)) {
    assert.ok(Math.abs(correlation(mask, other)) < bound, `${name}: ${correlation(mask, other)}`);
  }
  // Every unit and every row alike: the sum of squared standardised counts is chi-squared, within 4 deviations.
  for (const [count, size, of] of [
    [units, batch, (i: number) => i % units],
    [batch, units, (i: number) => Math.floor(i / units)],
  ] as const) {
    const counts = new Float64Array(count);
    mask.forEach((value, i) => {
      counts[of(i)] += value;
    });
    const chi = counts.reduce((sum, value) => sum + (value - size * rate) ** 2 / (size * rate * (1 - rate)), 0);
    assert.ok(Math.abs(chi - count) < 4 * Math.sqrt(2 * count), `chi-squared ${chi} of ${count}`);
  }
});

test.run();

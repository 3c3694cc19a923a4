import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { groupedLinear, groupedLinearPortable } from '../../lib/backend/operations/grouped-linear';
import { logisticLoss, logisticLossPortable } from '../../lib/backend/operations/logistic-loss';
import {
  foldedLinear,
  foldedLinearPortable,
  type Lookup,
  lookup,
  lookupPortable,
} from '../../lib/backend/operations/lookup';
import { lookupAt } from '../../lib/backend/operations/lookup-places';
import { normReluDropout, normReluDropoutPortable } from '../../lib/backend/operations/norm-relu-dropout';
import { permutation } from '../../lib/backend/random';
import { type Tensor, type Tensor2D, tf } from '../../lib/backend/tensorflow';

/** Compares value and every gradient of two functions of the same inputs, weighted by a fixed random tensor. */
function agree(inputs: Tensor[], fast: (...x: never[]) => Tensor, portable: (...x: never[]) => Tensor): void {
  const gradients = (f: (...x: never[]) => Tensor) =>
    tf.tidy(() => {
      const weighted = (...x: Tensor[]) => {
        const y = f(...(x as never[]));
        return tf.sum(tf.mul(y, tf.randomNormal(y.shape, 0, 1, 'float32', 5)));
      };
      return [f(...(inputs as never[])), ...tf.grads(weighted)(inputs)].map((tensor) => Array.from(tensor.dataSync()));
    });
  const [a, b] = [gradients(fast), gradients(portable)];
  a.forEach((values, part) => {
    const size = Math.max(...b[part].map(Math.abs), 1e-6);
    values.forEach((value, i) => {
      assert.ok(Math.abs(value - b[part][i]) < 2e-5 * size, `part ${part}, ${i}: ${value} against ${b[part][i]}`);
    });
  });
}

function exampleLookup(batch: number, sizes: number[]): Lookup {
  const fields = sizes.length;
  const starts = [0];
  for (const size of sizes) starts.push(starts[starts.length - 1] + size);
  const positions = new Int32Array(batch * fields);
  sizes.forEach((size, field) => {
    const order = permutation(batch, field + 1);
    for (let row = 0; row < batch; row++) positions[row * fields + field] = starts[field] + (order[row] % size);
  });
  return lookupAt({ batch, fields, rows: starts[fields], positions, fieldStarts: starts });
}

const random = (shape: number[], seed: number): Tensor => tf.randomNormal(shape, 0, 1, 'float32', seed);

test('looking up field vectors', () => {
  const at = exampleLookup(9, [3, 5, 2]);
  agree(
    [random([10, 4], 1)],
    (rows: Tensor2D) => lookup(rows, at),
    (rows: Tensor2D) => lookupPortable(rows, at),
  );
});

test('first layer folded into the tables', () => {
  const at = exampleLookup(9, [3, 5, 2]);
  agree(
    [random([10, 4], 1), random([9, 2], 3), random([14, 6], 2)],
    (rows: Tensor2D, dense: Tensor2D, weight: Tensor2D) => foldedLinear(rows, dense, weight, at),
    (rows: Tensor2D, dense: Tensor2D, weight: Tensor2D) => foldedLinearPortable(rows, dense, weight, at),
  );
});

test('one linear map per expert', () => {
  agree([random([7, 3, 4], 1), random([3, 4, 5], 2)], groupedLinear, groupedLinearPortable);
});

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

for (const rate of [0, 0.2]) {
  test(`batch normalisation, ReLU and dropout at ${rate}`, () => {
    const seen: number[][] = [];
    const statistics = (mean: Tensor, variance: Tensor) => {
      seen.push(Array.from(mean.dataSync()), Array.from(variance.dataSync()));
      tf.dispose([mean, variance]);
    };
    const dropout = { rate, seed: [3, 4] as const };
    agree(
      [random([11, 5], 1), random([5], 2), random([5], 3)],
      (x: Tensor2D, scale: Tensor, shift: Tensor) => normReluDropout(x, scale, shift, dropout, statistics),
      (x: Tensor2D, scale: Tensor, shift: Tensor) => normReluDropoutPortable(x, scale, shift, dropout, statistics),
    );
    assert.ok(Math.abs(seen[0][0] - seen[4][0]) < 1e-6 && Math.abs(seen[1][0] - seen[5][0]) < 1e-5);
  });
}

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

test.run();

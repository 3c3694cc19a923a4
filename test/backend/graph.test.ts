import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { withKernels } from '../../lib/backend/kernels';
import { gatherRows, gatherRowsPortable, scatterRows } from '../../lib/backend/operations/gather-rows';
import {
  propagate,
  propagateMean,
  propagateMeanPortable,
  propagatePortable,
} from '../../lib/backend/operations/propagate';
import { type Tensor1D, type Tensor2D, tf } from '../../lib/backend/tensorflow';
import { interactionGraph } from '../../lib/ranking/graph';
import { agree, near, random } from './compare';

/** 30 users and 50 items; user 0 has most items, user 29 and item 49 have no neighbour. */
function graphOfPairs() {
  const pairs = Array.from({ length: 200 }, (_, k) => [k < 40 ? 0 : (k * 7) % 29, (k * 13) % 49] as const);
  const distinct = [...new Map(pairs.map((pair) => [pair.join(), pair])).values()];
  return interactionGraph(30, 50, {
    users: Int32Array.from(distinct, ([user]) => user),
    items: Int32Array.from(distinct, ([, item]) => item),
  });
}

test('graph: a step along the links, and its gradient', () => {
  const before = liveTensors();
  const graph = graphOfPairs();
  // Widths with whole and broken blocks of 64 and of 16 columns.
  for (const width of [1, 16, 64, 83]) {
    tf.tidy(() => {
      const x = random([80, width], width);
      agree(
        [x],
        (x: Tensor2D) => propagate(x, graph),
        (x: Tensor2D) => propagatePortable(x, graph),
      );
      for (const layers of [0, 1, 3]) {
        agree(
          [x],
          (x: Tensor2D) => propagateMean(x, graph, layers),
          (x: Tensor2D) => propagateMeanPortable(x, graph, layers),
        );
      }
    });
  }
  graph.dispose();
  assert.is(liveTensors(), before);
});

test('graph: numbers by hand', () => {
  // Users 0 and 1 took item 0, user 1 took item 1: degrees 1, 2 | 2, 1.
  const graph = interactionGraph(2, 2, { users: Int32Array.of(0, 1, 1), items: Int32Array.of(0, 0, 1) });
  const x = tf.tensor2d([1, 10, 100, 1000], [4, 1]);
  const half = Math.SQRT1_2;
  const wanted = [100 * half, 50 + 1000 * half, 1 * half + 5, 10 * half];
  for (const kernels of [true, false]) {
    const y = withKernels(kernels, () => tf.tidy(() => propagate(x, graph)));
    near(y.dataSync(), wanted, 1e-6, 'one step');
    y.dispose();
  }
  x.dispose();
  graph.dispose();
});

test('graph: a table of another size is an error', () => {
  const graph = interactionGraph(2, 2, { users: Int32Array.of(0), items: Int32Array.of(0) });
  const x = tf.tensor2d([1, 1, 1], [3, 1]);
  assert.throws(() => propagate(x, graph), /another number of nodes/);
  x.dispose();
  graph.dispose();
});

test('rows: looked up any number of times, with sums as the gradient', () => {
  const before = liveTensors();
  for (const width of [1, 16, 33]) {
    tf.tidy(() => {
      const at = tf.tensor1d([3, 0, 3, 3, 6, 1], 'int32') as Tensor1D;
      agree(
        [random([7, width], 3)],
        (x: Tensor2D) => gatherRows(x, at),
        (x: Tensor2D) => gatherRowsPortable(x, at),
      );
      const values = random([6, width], 4);
      const [kernel, plain] = [true, false].map((use) => withKernels(use, () => scatterRows(values, at, 9).dataSync()));
      near(kernel, plain, 1e-6, 'scattered rows');
    });
  }
  assert.is(liveTensors(), before);
});

test('rows: one outside of the table is an error', () => {
  tf.tidy(() => {
    const at = tf.tensor1d([7], 'int32') as Tensor1D;
    assert.throws(() => gatherRows(random([7, 2], 1) as Tensor2D, at), /outside the table/);
    assert.throws(() => scatterRows(random([1, 2], 1), at, 7), /outside the table/);
  });
});

test.run();

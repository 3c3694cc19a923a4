import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveTensors } from '../../lib/backend/execute';
import { withKernels } from '../../lib/backend/kernels';
import {
  adamDefaults,
  adamRowStep,
  adamStep,
  adamStepPortable,
  disposeSlot,
  moveTowards,
  readRows,
  slot,
} from '../../lib/backend/operations/adam';
import { type Tensor, tf } from '../../lib/backend/tensorflow';
import { variable } from '../../lib/backend/variable';
import { near, random } from './compare';

const options = { ...adamDefaults, weightDecay: 0.1 };
const numbers = (tensor: Tensor): Float32Array => {
  const values = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  return values;
};

for (const kernels of [true, false]) {
  test(`three Adam steps on several tensors, one of them pulled, kernels ${kernels}`, () => {
    withKernels(kernels, () => {
      const shapes = [[40000], [3, 2], [1]];
      const starts = shapes.map((shape, i) => random(shape, i + 1));
      const slots = starts.map(slot);
      const towards = random(shapes[1], 9);
      const pull = (i: number) => (i === 1 ? { pull: { lambda: 0.5, towards } } : {});
      let wanted = starts.map((start): [Tensor, Tensor, Tensor] => [start, tf.zerosLike(start), tf.zerosLike(start)]);
      for (let step = 1; step <= 3; step++) {
        const gradients = shapes.map((shape, i) => random(shape, 10 * step + i));
        adamStep(
          gradients.map((gradient, i) => ({ slot: slots[i], gradient, step, ...pull(i) })),
          options,
        );
        wanted = wanted.map((parts, i) =>
          adamStepPortable(...parts, { gradient: gradients[i], step, ...pull(i) }, options),
        );
      }
      slots.forEach(({ value, first, second }, i) => {
        [value, first, second].forEach((part, k) => {
          near(numbers(part.read()), wanted[i][k].dataSync(), 1e-4, `tensor ${i}, part ${k}`);
        });
      });
      near(starts[0].dataSync(), random(shapes[0], 1).dataSync(), 0, 'the start that the caller keeps');
      slots.forEach(disposeSlot);
    });
  });

  test(`an Adam step on some rows leaves the others, kernels ${kernels}`, () => {
    withKernels(kernels, () => {
      const start = random([5, 3], 1);
      const table = slot(start);
      const [rows, gradient] = [tf.tensor1d([4, 1], 'int32'), random([2, 3], 2)];
      adamRowStep(rows, { slot: table, gradient, step: 1 }, options);
      const touched = tf.gather(start, rows);
      const zeros = tf.zerosLike(touched);
      const [next] = adamStepPortable(touched, zeros, zeros, { gradient, step: 1 }, options);
      const [after, before, moved] = [numbers(table.value.read()), start.dataSync(), next.dataSync()];
      for (let i = 0; i < 15; i++) {
        const at = [4, 1].indexOf(Math.floor(i / 3));
        assert.ok(Math.abs(after[i] - (at < 0 ? before[i] : moved[at * 3 + (i % 3)])) < 1e-6, `entry ${i}`);
      }
      disposeSlot(table);
    });
  });

  test(`reading some rows of a table, kernels ${kernels}`, () => {
    withKernels(kernels, () => {
      const table = variable(
        tf.tensor2d([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      );
      const read = (rows: number[]) => Array.from(numbers(readRows(table, tf.tensor1d(rows, 'int32'))));
      assert.equal(read([2, 0, 2]), [5, 6, 1, 2, 5, 6]);
      assert.equal(read([]), []);
      assert.throws(() => read([3]));
      table.dispose();
    });
  });

  test(`running statistics go a share of the way, kernels ${kernels}`, () => {
    withKernels(kernels, () => {
      const [one, two] = [variable(tf.tensor2d([[1, 2]])), variable(tf.tensor1d([5]))];
      moveTowards(
        [
          [one, tf.tensor1d([11, 2])],
          [two, tf.tensor1d([4])],
        ],
        0.1,
      );
      near(numbers(one.read()), [2, 2], 1e-6, 'first');
      near(numbers(two.read()), [4.9], 1e-6, 'second');
      one.dispose();
      two.dispose();
    });
  });

  test(`a value that was read or assigned from elsewhere stays, kernels ${kernels}`, () => {
    withKernels(kernels, () => {
      const start = tf.tensor1d([1, 2]);
      const [first, second] = [slot(start), slot(start)];
      const read = first.value.read();
      const step = () => adamStep([{ slot: first, gradient: tf.ones([2]), step: 1 }], options);
      step();
      step();
      assert.equal(Array.from(read.dataSync()), [1, 2], 'read before');
      assert.equal(Array.from(start.dataSync()), [1, 2], 'the start');
      assert.equal(Array.from(numbers(second.value.read())), [1, 2], 'another variable with the same start');
      const between = first.value.read();
      const then = Array.from(between.dataSync());
      second.value.assign(between);
      step();
      assert.equal(Array.from(between.dataSync()), then, 'read between');
      assert.equal(Array.from(numbers(second.value.read())), then, 'assigned from the first');
      assert.not.equal(Array.from(numbers(first.value.read())), then);
      disposeSlot(first);
      disposeSlot(second);
    });
  });

  test(`updates leave no tensor behind, kernels ${kernels}`, () => {
    withKernels(kernels, () => {
      const [start, gradient, rows] = [random([4, 2], 1), random([4, 2], 2), tf.tensor1d([0, 1, 2, 3], 'int32')];
      const wholeLife = () => {
        const made = slot(start);
        const update = (step: number) => {
          adamStep([{ slot: made, gradient, step }], options);
          adamRowStep(rows, { slot: made, gradient, step }, options);
          moveTowards([[made.value, gradient]], 0.1);
          made.value.read().dispose();
        };
        update(1);
        const during = liveTensors();
        for (let step = 2; step < 10; step++) update(step);
        assert.is(liveTensors(), during);
        disposeSlot(made);
      };
      wholeLife(); // also moves the three tensors above to the device
      const before = liveTensors();
      wholeLife();
      assert.is(liveTensors(), before);
    });
  });
}

test.run();

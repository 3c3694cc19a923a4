import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tf } from '../../lib/backend/tensorflow';
import { type CombinationState, startState } from '../../lib/multitask/combination';
import { combinations } from '../../lib/multitask/combinations';
import { combineGradients, type GradientMethod } from '../../lib/multitask/combine';
import { tryCombination } from '../../lib/multitask/try-combination';
import { allClose, close, dispose, type Vectors } from './vectors';

test('GradDrop: agreement is summed, conflict picks one sign, leak 1 drops nothing', () => {
  allClose(
    tryCombination('graddrop', [
      [1, -2],
      [3, -1],
    ]).combined,
    [4, -3],
    1e-6,
  );
  const gradients = [Array<number>(4000).fill(3), Array<number>(4000).fill(-1)];
  const { combined } = tryCombination('graddrop', gradients);
  assert.ok(combined.every((value) => value === 3 || value === -1));
  close(combined.filter((value) => value === 3).length / combined.length, 0.75, 0.03); // P = (1 + 2/4) / 2
  allClose(
    tryCombination({ method: 'graddrop', leak: 1 }, [
      [1, 5],
      [-3, 2],
    ]).combined,
    [-2, 7],
    1e-6,
  );
});

test("MoCoGrad: agreement is summed; a conflict adds the other's momentum, as long as its gradient times λ", () => {
  const agreed = tryCombination('mocograd', [
    [1, 0],
    [1, 1],
  ]);
  allClose(agreed.combined, [2, 1], 1e-6);
  dispose(agreed);
  // In the first step a momentum points where its gradient does: the sum times 1 + λ.
  const first = tryCombination({ method: 'mocograd', lambda: 0.5 }, [
    [1, 0],
    [-2, 1],
  ]);
  allClose(first.combined, [-1.5, 1.5], 1e-6);
  // Later it points where gradients did: half way between then and now for β = ½.
  const beta = { method: 'mocograd', lambda: 1, beta: 0.5 } as const;
  const past = tryCombination(beta, [
    [1, 0],
    [0, 8],
  ]);
  const next = tryCombination(
    beta,
    [
      [1, 0],
      [-3, 0],
    ],
    {},
    past,
  );
  // m_1 = (¼ + ½, 0), m_2 = (−1.5, 2) of length 2.5: g_1 gets 3/2.5 m_2, g_2 gets m_1 of length 1.
  allClose(next.combined, [1 - 3 + 1 - 1.2 * 1.5, 1.2 * 2], 1e-5);
  dispose(first);
  dispose(past);
  dispose(next);
});

test('MoCoGrad: the momentum of a table covers all rows, and a batch moves the rows that it touches', () => {
  const before = tf.memory().numTensors;
  const method = combinations.mocograd.make({ lambda: 1, beta: 0.5 });
  const step = { tasks: ['a', 'b'], losses: [1, 1], step: 0, epoch: 1, rows: 1, seed: 0 };
  const run = (rows: readonly number[], gradients: Vectors, state: CombinationState) => {
    const stacked = tf.tensor3d(gradients.flat(), [2, rows.length, 1]);
    const touched = tf.tensor1d([...rows], 'int32');
    const part = { name: 'table', stacked, table: { touched, rows: 3 } };
    const found = combineGradients(method as GradientMethod, [part], step, state);
    const combined = Array.from(found.gradients[0].dataSync());
    tf.dispose([stacked, touched, found.gradients[0]]);
    return { combined, state: found.state, momentum: found.state.tensors.table.arraySync() };
  };
  const first = run([2], [[0], [8]], startState);
  assert.equal(first.momentum, [
    [[0], [0], [0]],
    [[0], [0], [4]],
  ]);
  const second = run([0], [[1], [-3]], first.state);
  assert.equal(second.momentum, [
    [[0.5], [0], [0]],
    [[-1.5], [0], [2]],
  ]);
  // m_2 is 2.5 long, of which −1.5 stands in the touched row: g_1 gets 3/2.5 of it; g_2 gets m_1, made as long as g_1.
  allClose(second.combined, [1 - 3 + 1 - 1.2 * 1.5], 1e-5);
  tf.dispose([first.state.tensors.table, second.state.tensors.table]);
  assert.is(tf.memory().numTensors, before);
});

test('MetaBalance: r = 1 makes auxiliary gradients as long as the main one, r = 0 is the sum', () => {
  const gradients = [
    [6, 0],
    [0, 2],
  ];
  allClose(tryCombination({ method: 'metabalance', relax: 1 }, gradients).combined, [2, 2], 1e-6);
  allClose(tryCombination({ method: 'metabalance', relax: 0 }, gradients).combined, [6, 2], 1e-6);
  const first = { method: 'metabalance', relax: 1, main: 'click' } as const;
  allClose(tryCombination(first, gradients, { tasks: ['click', 'buy'] }).combined, [6, 6], 1e-6);
  // Without the main task no gradient is changed.
  allClose(tryCombination(first, gradients, { tasks: ['like', 'buy'] }).combined, [6, 2], 1e-6);
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type TriedStep, tryCombination } from '../../lib/multitask/try-combination';
import { allClose, close, repeated, total, type Vector } from './vectors';

test('equal weights are the sum', () => {
  assert.equal(
    tryCombination('ew', [
      [1, 2],
      [3, -1],
    ]).combined,
    [4, 1],
  );
});

test('random weights sum to 1 and are even in the mean', () => {
  const drawn = Array.from({ length: 2000 }, (_, step) => tryCombination('rlw', [[1], [1], [1]], { step }).weights!);
  for (const weights of drawn) close(total(weights), 1);
  for (const t of [0, 1, 2]) close(total(drawn.map((weights) => weights[t])) / drawn.length, 1 / 3, 0.02);
});

test('uncertainty weighting settles at weighted losses of one half, IMTL-L at 1', () => {
  const losses = [0.2, 1.5];
  const steps = Array<TriedStep>(400).fill({ losses });
  const [uw, imtl] = (['uw', 'imtl-l'] as const).map(
    (method) => repeated({ method, learningRate: 0.1 }, [[1], [1]], steps).at(-1)!,
  );
  allClose(
    losses.map((loss, t) => loss * uw.weights![t]),
    [0.5, 0.5],
    1e-4,
  );
  allClose(
    losses.map((loss, t) => loss * imtl.weights![t]),
    [1, 1],
    1e-4,
  );
});

test('dynamic weight average: equal for two epochs, then by the ratio of the last two mean losses', () => {
  const at = (epoch: number, losses: Vector) => ({ epoch, losses });
  const steps = [
    at(1, [3, 1]),
    at(1, [1, 1]),
    at(2, [1, 1]),
    at(2, [1, 1]),
    at(3, [9, 9]),
    at(3, [5, 5]),
    at(5, [1, 1]),
  ];
  const weights = repeated({ method: 'dwa' }, [[1], [1]], steps).map((tried) => tried.weights!);
  for (const own of weights.slice(0, 4)) assert.equal(own, [1, 1]);
  const powers = [1 / 2, 1].map((ratio) => Math.exp(ratio / 2));
  for (const own of weights.slice(4, 6))
    allClose(
      own,
      powers.map((power) => (2 * power) / total(powers)),
    );
  allClose(weights[6], [1, 1]); // both rose sevenfold
});

test('FAMO: the step of log losses has weights that sum to 1; a task that fell faster loses weight', () => {
  const losses = [0.5, 2, 1];
  const first = tryCombination('famo', [[1], [1], [1]], { losses, after: [0.25, 2, 1] });
  close(total(first.weights!), 1);
  allClose(
    losses.map((loss, t) => loss * first.weights![t] * (1 / 0.5 + 1 / 2 + 1)),
    [1, 1, 1],
    1e-6,
  );
  const second = tryCombination('famo', [[1], [1], [1]], { losses }, first);
  assert.ok(second.weights![0] < first.weights![0] && second.weights![1] > first.weights![1]);
});

test('GradNorm: weights sum to the number of tasks, and weighted gradients become equally long', () => {
  const gradients = [
    [4, 0],
    [0, 1],
  ];
  const steps = Array<TriedStep>(600).fill({ losses: [1, 1] });
  const tried = repeated({ method: 'gradnorm', learningRate: 0.002 }, gradients, steps);
  for (const { weights } of tried) close(total(weights!), 2);
  const [a, b] = tried.at(-1)!.weights!;
  close((4 * a) / b, 1, 0.03);
  // A task that has made less progress gets more.
  const slow = repeated(
    { method: 'gradnorm' },
    [
      [1, 0],
      [0, 1],
    ],
    [{ losses: [1, 1] }, { losses: [1, 0.2] }, {}],
  );
  assert.ok(slow[2].weights![0] > slow[2].weights![1]);
});

test.run();

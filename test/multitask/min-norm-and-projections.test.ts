import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tryCombination } from '../../lib/multitask/try-combination';
import { allClose, close, inner, norm, plus, samples, times, total, type Vector } from './vectors';

test('MGDA: the closed form for two tasks, and ⟨d, g⟩ ≥ ‖d‖² for any number', () => {
  for (const gradients of samples) {
    const { combined, weights } = tryCombination('mgda', gradients);
    close(total(weights!), 1);
    for (const own of gradients) assert.ok(inner(combined, own) >= inner(combined, combined) - 1e-9);
    if (gradients.length > 2) continue;
    const [x, y] = gradients;
    const difference = plus(y, x, -1);
    close(weights![0], Math.min(1, Math.max(0, inner(difference, y) / inner(difference, difference))));
  }
  allClose(
    tryCombination('mgda', [
      [3, 1],
      [-1, 1],
    ]).combined,
    [0, 1],
  );
  allClose(
    tryCombination('mgda', [
      [1, 1],
      [3, 3.5],
    ]).combined,
    [1, 1],
  ); // the shorter one, where both agree
  allClose(
    tryCombination({ method: 'mgda', normalise: 'length' }, [
      [4, 0],
      [0, 1],
    ]).weights!,
    [0.5, 0.5],
  );
});

test('PCGrad: agreement is summed; two conflicting gradients lose their components', () => {
  assert.equal(
    tryCombination('pcgrad', [
      [1, 0],
      [1, 1],
    ]).combined,
    [2, 1],
  );
  allClose(
    tryCombination('pcgrad', [
      [1, 0],
      [-1, 1],
    ]).combined,
    [0.5, 1.5],
  );
  for (const gradients of samples.filter((own) => own.length === 2)) {
    const [x, y] = gradients;
    const product = Math.min(0, inner(x, y));
    const wanted = plus(plus(x, y, 1 - product / inner(y, y)), x, -product / inner(x, x));
    allClose(tryCombination('pcgrad', gradients).combined, wanted);
  }
});

test('GradVac starts as PCGrad and raises a pair to the cosine it remembers', () => {
  const [x, y] = [
    [1, 0],
    [-1, 1],
  ];
  const pcgrad = tryCombination('pcgrad', [x, y]).combined;
  // The second task meets the plain first one, so for two tasks the first step is PCGrad's.
  allClose(tryCombination('gradvac', [x, y]).combined, pcgrad);
  const agreed = tryCombination({ method: 'gradvac', beta: 1 }, [
    [1, 0],
    [1, 1],
  ]);
  const cosine = Math.SQRT1_2;
  const next = tryCombination({ method: 'gradvac', beta: 1 }, [x, y], {}, agreed);
  const vaccinated = (own: Vector, other: Vector) => {
    const now = inner(own, other) / norm(own) / norm(other);
    const [sine, wantedSine] = [Math.sqrt(1 - now ** 2), Math.sqrt(1 - cosine ** 2)];
    return plus(own, other, (norm(own) * (cosine * sine - now * wantedSine)) / (norm(other) * wantedSine));
  };
  const moved = vaccinated(x, y);
  close(inner(moved, y) / norm(moved) / norm(y), cosine);
  allClose(next.combined, plus(moved, vaccinated(y, x)));
});

test('CAGrad stays on the ball around the mean, and serves the worst task better than the mean', () => {
  for (const gradients of samples) {
    const c = 0.5;
    const d = times(tryCombination({ method: 'cagrad', c }, gradients).combined, 1 + c * c);
    const mean = times(tryCombination('ew', gradients).combined, 1 / gradients.length);
    close(norm(plus(d, mean, -1)), c * norm(mean));
    const worst = (direction: Vector) => Math.min(...gradients.map((own) => inner(own, direction)));
    assert.ok(worst(d) >= worst(mean) - 1e-9);
    allClose(tryCombination({ method: 'cagrad', c: 0 }, gradients).combined, mean);
  }
});

test.run();

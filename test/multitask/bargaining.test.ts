import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tryCombination } from '../../lib/multitask/try-combination';
import { allClose, close, inner, norm, samples, times, total } from './vectors';

test('Nash-MTL: the fixed point, a length of √tasks, and no change when a loss is multiplied', () => {
  for (const gradients of samples) {
    const { combined, weights } = tryCombination('nash-mtl', gradients);
    for (const [t, own] of gradients.entries()) close(inner(combined, own) * weights![t], 1, 1e-6);
    close(inner(combined, combined), gradients.length, 1e-5);
    const [first, ...rest] = gradients;
    allClose(tryCombination('nash-mtl', [times(first, 1000), ...rest]).combined, combined, 1e-5);
  }
  allClose(
    tryCombination('nash-mtl', [
      [2, 0],
      [0, 5],
    ]).combined,
    [1, 1],
    1e-7,
  );
});

test('Nash-MTL keeps its weights for the steps between', () => {
  const choice = { method: 'nash-mtl', every: 3 } as const;
  const first = tryCombination(choice, [
    [2, 0],
    [0, 5],
  ]);
  const second = tryCombination(
    choice,
    [
      [1, 0],
      [0, 1],
    ],
    {},
    first,
  );
  const third = tryCombination(
    choice,
    [
      [1, 0],
      [0, 1],
    ],
    {},
    second,
  );
  const fourth = tryCombination(
    choice,
    [
      [1, 0],
      [0, 1],
    ],
    {},
    third,
  );
  assert.equal([second.weights, third.weights], [first.weights, first.weights]);
  allClose(fourth.weights!, [1, 1], 1e-7);
});

test('IMTL-G: equal projections on all directions, weights that sum to 1', () => {
  for (const gradients of samples) {
    const { combined, weights } = tryCombination('imtl-g', gradients);
    close(total(weights!), 1, 1e-8);
    const projections = gradients.map((own) => inner(combined, own) / norm(own));
    for (const projection of projections) close(projection, projections[0], 1e-8 * (1 + norm(combined)));
  }
  allClose(
    tryCombination('imtl-g', [
      [2, 0],
      [6, 0],
    ]).weights!,
    [0.75, 0.25],
  ); // parallel
});

test('Aligned-MTL: orthogonal and equally long gradients stay; others become so', () => {
  allClose(
    tryCombination('aligned-mtl', [
      [2, 0],
      [0, 2],
    ]).combined,
    [2, 2],
  );
  allClose(
    tryCombination('aligned-mtl', [
      [4, 0],
      [0, 1],
    ]).combined,
    [1, 1],
  );
  for (const gradients of samples) {
    const { combined } = tryCombination('aligned-mtl', gradients);
    const half = gradients.map((own) => times(own, 0.5));
    allClose(tryCombination('aligned-mtl', half).combined, times(combined, 0.5), 1e-8); // no other scale comes in
    if (gradients.length > 2) continue;
    // Two orthogonal tasks of the length of the smaller singular value: ‖d‖² = 2 λ_min.
    const [[a, c], [, b]] = gradients.map((x) => gradients.map((y) => inner(x, y)));
    const least = (a + b - Math.sqrt((a - b) ** 2 + 4 * c * c)) / 2;
    close(inner(combined, combined), 2 * least, 1e-8);
  }
});

test.run();

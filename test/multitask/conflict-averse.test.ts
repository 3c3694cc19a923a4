import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { permutation } from '../../lib/backend/random';
import {
  conflictAverse,
  conflictAverseWeights,
  type Gram,
  projectConflicts,
  quadratic,
} from '../../lib/multitask/conflict-averse';
import { readGolden } from '../golden/case';

type Vectors = readonly (readonly number[])[];

/** What `test/golden/conflict_averse.py` wrote. All results are those of movements divided by their root mean square. */
interface Case {
  readonly kind: string;
  readonly c: number;
  /** The movements are these whole numbers times ten to this power. */
  readonly exponent: number;
  readonly movements: Vectors;
  readonly objective: number;
  /** ‖U‖² */
  readonly square: number;
}

const inner = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
const gramOf = (d: Vectors): Gram => d.map((x) => d.map((y) => inner(x, y)));
const times = (d: Vectors, factor: number): Vectors => d.map((row) => row.map((value) => value * factor));
/** Σ u_i D_i */
const combined = (d: Vectors, u: readonly number[]) =>
  d[0].map((_, element) =>
    inner(
      u,
      d.map((row) => row[element]),
    ),
  );
const evenly = (count: number) => Array<number>(count).fill(1 / count);
const close = (actual: number, wanted: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(actual - wanted) <= tolerance, `${what}: ${actual} against ${wanted}`);

/** The objective on the Gram matrix divided by its mean diagonal. */
function objective(gram: Gram, c: number, weights: readonly number[]): number {
  const scale = gram.reduce((sum, row, i) => sum + row[i], 0) / gram.length;
  const mean = evenly(gram.length);
  const alignment = inner(
    weights,
    gram.map((row) => inner(row, mean)),
  );
  const lengths = Math.sqrt(Math.max(0, quadratic(gram, mean)) * Math.max(0, quadratic(gram, weights)));
  return (alignment + c * lengths) / scale;
}

/** Movements of a few clients, evenly spread between −1 and 1. */
const spread = (clients: number, elements: number, seed: number): Vectors =>
  Array.from({ length: clients }, (_, i) =>
    Array.from(permutation(elements, 100 * seed + i), (place) => (2 * place + 1) / elements - 1),
  );

const cases = readGolden<readonly Case[]>('conflict_averse.json');

test('the objective is not above what SciPy finds on 200 sets of movements', () => {
  let worst = Number.NEGATIVE_INFINITY;
  let farthest = 0;
  for (const [i, { kind, c, exponent, movements, ...wanted }] of cases.entries()) {
    const where = `case ${i} (${kind}, ${movements.length} clients, 1e${exponent}, c ${c})`;
    const gram = gramOf(times(movements, 10 ** exponent));
    const weights = conflictAverseWeights(gram, c);
    assert.ok(
      weights.every((weight) => weight >= 0),
      `${where}: weights ${weights}`,
    );
    close(inner(weights, evenly(weights.length)) * weights.length, 1, 1e-12, `${where}: sum of weights`);
    const above = objective(gram, c, weights) - wanted.objective;
    assert.ok(above <= 1e-9, `${where}: ${above} above`);
    assert.ok(above >= -1e-6, `${where}: SciPy's own result is not the minimum, by ${-above}`);
    worst = Math.max(worst, above);
    const scale = gram.reduce((sum, row, j) => sum + row[j], 0) / gram.length;
    const u = conflictAverse(gram, c);
    // With c = 1 the best U can be 0, which has no relative deviation.
    const apart = Math.abs(quadratic(gram, u) / scale - wanted.square) / Math.max(wanted.square, 1e-9);
    assert.ok(apart < 1e-5, `${where}: ‖U‖² deviates by ${apart}`);
    farthest = Math.max(farthest, apart);
    // Duality: the objective's minimum is the most that the worst-served client can gain. No solver is needed for this.
    const least = Math.min(...gram.map((row) => inner(row, u))) / scale;
    close(least * (1 + c * c), wanted.objective, 1e-9, `${where}: gain of the client served worst`);
  }
  assert.is(cases.length, 200);
  console.log(
    `objective above SciPy's by at most ${worst.toExponential(1)}; ‖U‖² deviates by ${farthest.toExponential(1)}`,
  );
});

test('equal movements: U is the movement times (1 + c)/(1 + c²)', () => {
  const d = Array<number[]>(4).fill([1, -2, 2]);
  for (const c of [0, 0.1, 0.4, 1]) {
    const u = combined(d, conflictAverse(gramOf(d), c));
    d[0].forEach((value, i) => {
      close(u[i], (value * (1 + c)) / (1 + c * c), 1e-12, `c ${c}, element ${i}`);
    });
  }
});

test('c = 0: U is the mean', () => {
  for (const count of [2, 5, 13]) {
    conflictAverse(gramOf(spread(count, 7, count)), 0).forEach((weight) => {
      close(weight, 1 / count, 1e-14, `${count} clients`);
    });
  }
});

test('U turns with the movements and not with their scale', () => {
  const d = spread(6, 9, 1);
  const plain = conflictAverse(gramOf(d), 0.4);
  assert.ok(Math.max(...plain) - Math.min(...plain) > 0.05, 'not the mean');
  for (const scale of [1e-8, 1e-4, 1e4, 1e8]) {
    conflictAverse(gramOf(times(d, scale)), 0.4).forEach((weight, i) => {
      close(weight, plain[i], 1e-6, `scale ${scale}, client ${i}`);
    });
  }
});

test('the client that is served worst is served no worse than by the mean over 1 + c²', () => {
  for (let seed = 0; seed < 100; seed++) {
    const gram = gramOf(spread(2 + (seed % 9), 6, seed));
    const c = [0.1, 0.4, 0.5, 1][seed % 4];
    const least = (u: readonly number[]) => Math.min(...gram.map((row) => inner(row, u)));
    const [averse, mean] = [least(conflictAverse(gram, c)), least(evenly(gram.length))];
    assert.ok(averse >= mean / (1 + c * c) - 1e-9, `seed ${seed}: ${averse} against ${mean}`);
  }
});

test('two clients by hand: the smaller movement gets all the weight', () => {
  // D = (2, 0) and (0, 1): D̄ = (1, ½), ⟨D_1, D̄⟩ = 2, ⟨D_2, D̄⟩ = ½. With c = .4 the slope at w = (0, 1) is
  // 2 − ½ − .4 · √1.25 · 1 > 0 towards the first, so all weight stays on the second.
  const gram = gramOf([
    [2, 0],
    [0, 1],
  ]);
  assert.equal(conflictAverseWeights(gram, 0.4), [0, 1]);
  const [first, second] = conflictAverse(gram, 0.4);
  close(first, 0.5 / 1.16, 1e-12, 'first');
  close(second, (0.5 + 0.4 * Math.sqrt(1.25)) / 1.16, 1e-12, 'second');
});

test('movements that cancel, and clients that did not move', () => {
  const finite = (u: readonly number[]) => assert.ok(u.every(Number.isFinite), `${u}`);
  for (const d of [
    [
      [1, 2],
      [-1, -2],
    ],
    [
      [0, 0],
      [0, 0],
    ],
    [
      [0, 0],
      [3, 4],
    ],
    [[3, 4]],
  ]) {
    finite(conflictAverse(gramOf(d), 0.4));
  }
  const [single] = conflictAverse(gramOf([[3, 4]]), 0.4);
  close(single, 1.4 / 1.16, 1e-12, 'one client');
});

test('PCGrad by hand: two movements at an obtuse angle lose what conflicts', () => {
  // D_1 = (1, 0), D_2 = (−1, 1): ⟨D_1, D_2⟩ = −1. D_1 becomes D_1 + ½ D_2 = (½, ½), D_2 becomes D_2 + D_1 = (0, 1).
  const d = [
    [1, 0],
    [-1, 1],
  ];
  assert.equal(combined(d, projectConflicts(gramOf(d), [[1], [0]])), [0.25, 0.75]);
});

test('PCGrad: movements that are opposed leave nothing', () => {
  const d = [
    [1, 2],
    [-2, -4],
  ];
  assert.equal(combined(d, projectConflicts(gramOf(d), [[1], [0]])).map(Math.abs), [0, 0]);
});

test('PCGrad without conflict is the mean', () => {
  const d = [
    [1, 0, 0],
    [1, 1, 0],
    [0, 0, 2],
  ];
  const order = [
    [1, 2],
    [2, 0],
    [0, 1],
  ];
  projectConflicts(gramOf(d), order).forEach((weight) => {
    close(weight, 1 / 3, 1e-15, 'weight');
  });
});

test('PCGrad: a movement meets the others in the given order', () => {
  // D_1 = (1, 0) meets D_2 = (−1, 1) and D_3 = (−1, −1). First D_2: (½, ½); then ⟨·, D_3⟩ = −1: (½, ½) − (½, ½) = 0.
  const d = [
    [1, 0],
    [-1, 1],
    [-1, -1],
  ];
  const gram = gramOf(d);
  const others = [
    [2, 0],
    [1, 0],
  ];
  // D_2 meets D_3 (orthogonal) and D_1: (0, 1). D_3 likewise: (0, −1). Together with D_1's rest (0, 0): nothing.
  const close0 = (u: readonly number[]) =>
    combined(d, u).forEach((value) => {
      close(value, 0, 1e-15, 'element');
    });
  close0(projectConflicts(gram, [[1, 2], ...others]));
  close0(projectConflicts(gram, [[2, 1], ...others]));
});

test.run();

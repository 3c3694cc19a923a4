import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { permutation } from '../../lib/backend/random';
import { tf } from '../../lib/backend/tensorflow';
import { isCoordinateDiagnostics } from '../../lib/federated/diagnostics/types';
import { coordinate } from '../../lib/federated/rules/coordinate';
import { coordinateDiagnostics } from '../../lib/federated/rules/coordinate-diagnostics';
import { combine, cosineMatrix } from '../../lib/multitask/gram';
import { numbersOf } from './fixtures';

/** Two clients and one expert, with the plain mean as direction and all of it taken. */
function report([first, second]: readonly (readonly number[])[], direction = [0.5, 0.5], rate = 1) {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  const gram = [first, second].map((x) => [first, second].map((y) => dot(x, y)));
  const taken = [0, 1].map((i) => direction.map((u, j) => Number(i === j) + rate * u));
  return coordinateDiagnostics({
    clients: ['a', 'b'],
    grams: [gram],
    directions: [direction],
    weights: [0.5, 0.5],
    taken: [taken],
  });
}

const near = (actual: readonly number[], wanted: readonly number[], what: string) => {
  assert.is(actual.length, wanted.length, what);
  wanted.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) < 1e-12, `${what}: ${actual} against ${wanted}`);
  });
};

test('equal movements: no conflict, and everybody ends up with twice its own', () => {
  const all = report([
    [3, 4],
    [3, 4],
  ]);
  near(all.cosines.flat(2), [1, 1, 1, 1], 'before');
  near(all.cosinesAfter.flat(2), [1, 1, 1, 1], 'after');
  near(all.cosinesWithDirection[0], [1, 1], 'with the direction');
  assert.equal([all.conflicting, all.conflictingAfter, all.opposedToDirection, all.opposedToMean], [0, 0, 0, 0]);
  near([...all.movementNorms[0], ...all.movementNormsAfter[0], ...all.directionNorm], [5, 5, 10, 10, 5], 'norms');
  near([...all.leastAlignment, ...all.alignmentOfMean], [25, 25], 'alignment');
});

test('orthogonal movements: no conflict before, and afterwards cosine 3/5', () => {
  const all = report([
    [2, 0],
    [0, 2],
  ]);
  near(all.cosines.flat(2), [1, 0, 0, 1], 'before');
  near(all.cosinesWithDirection[0], [Math.SQRT1_2, Math.SQRT1_2], 'with the direction');
  // (2, 0) + (1, 1) = (3, 1) and (1, 3): 6/10.
  near(all.cosinesAfter.flat(2), [1, 0.6, 0.6, 1], 'after');
  near(all.movementNormsAfter[0], [Math.sqrt(10), Math.sqrt(10)], 'norms after');
  assert.equal([all.conflicting, all.conflictingAfter], [0, 0]);
});

test('opposite movements: their mean is nothing, so nobody is opposed to it and the conflict stays', () => {
  const all = report([
    [1, 2],
    [-1, -2],
  ]);
  near(all.cosines.flat(2), [1, -1, -1, 1], 'before');
  near(all.cosinesAfter.flat(2), [1, -1, -1, 1], 'after');
  near(all.cosinesWithMean[0], [0, 0], 'with the mean');
  assert.equal([all.conflicting, all.conflictingAfter, all.opposedToMean, ...all.directionNorm], [1, 1, 0, 0]);
});

test('what coordination changes: a direction that gives way to the weaker client', () => {
  // D = 2 and −1 on a line; the mean ½ goes against the second client, the direction −¼ against the first.
  const all = report([[2], [-1]], [0, 0.25]);
  near(all.cosinesWithMean[0], [1, -1], 'with the mean');
  near(all.cosinesWithDirection[0], [-1, 1], 'with the direction');
  assert.equal([all.opposedToMean, all.opposedToDirection], [0.5, 0.5]);
  near([...all.alignmentOfMean, ...all.leastAlignment], [-0.5, -0.5], 'alignment');
  near(all.movementNormsAfter[0], [1.75, 1.25], 'norms after');
});

test('the same for everyone: movements that conflicted end up equal', () => {
  const gram = [
    [4, -1],
    [-1, 1],
  ];
  const all = coordinateDiagnostics({
    clients: ['a', 'b'],
    grams: [gram],
    directions: [[0.5, 0.5]],
    weights: [0.5, 0.5],
    taken: [
      [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
    ],
    rates: { a: [1], b: [1] },
  });
  near(all.cosines.flat(2), [1, -0.5, -0.5, 1], 'before');
  near(all.cosinesAfter.flat(2), [1, 1, 1, 1], 'after');
  assert.equal([all.conflicting, all.conflictingAfter], [1, 0]);
  assert.equal(all.rates, { a: [1], b: [1] });
});

test('one client alone has no pairs, and a client that stood still no direction', () => {
  const one = { clients: ['a'], grams: [[[4]]], directions: [[1]], weights: [1], taken: [[[2]]] };
  const alone = coordinateDiagnostics(one);
  assert.equal([alone.conflicting, alone.conflictingAfter, alone.opposedToDirection], [0, 0, 0]);
  assert.equal(alone.cosinesAfter, [[[1]]]);
  const still = coordinateDiagnostics({ ...one, grams: [[[0]]] });
  assert.equal(still.cosinesWithDirection, [[0]]);
  assert.not.match(JSON.stringify(still), /null/);
});

test('movements that cancel up to rounding leave no direction to read', () => {
  const noisy = [
    [1, -1 + 1e-7],
    [-1 + 1e-7, 1],
  ];
  const [, , sum] = cosineMatrix(
    combine(noisy, [
      [1, 0],
      [0, 1],
      [1, 1],
    ]),
  );
  assert.equal(sum, [0, 0, 0]);
});

test('what is said of the movements that clients end up with is true of the values they get', () => {
  const shape = [3, 4, 2];
  const spread = (seed: number) =>
    tf.tensor(
      Float32Array.from(permutation(24, seed), (place) => place - 11.5),
      shape,
    );
  const update = {
    group: 'expert',
    round: 1,
    parameters: [{ name: 'p', group: 'expert', shape, initial: { value: 0 }, expertAxis: 1 }],
    clients: ['a', 'b', 'c'].map((client, i) => ({
      ...{ client, rows: 10, touched: {} },
      before: { p: spread(i) },
      after: { p: tf.add(spread(i), spread(i + 10)) },
    })),
  };
  for (const personalisation of ['rates', 'similarity', 'none'] as const) {
    const { diagnostics = {}, values } = coordinate({ personalisation }).apply(update, undefined);
    if (!isCoordinateDiagnostics(diagnostics)) throw new Error('no report');
    const { cosinesAfter, movementNorms, movementNormsAfter } = diagnostics;
    const length = (x: readonly number[]) => Math.hypot(...x);
    /** Expert e of a tensor [3, experts, 2]. */
    const expert = (tensor: ReturnType<typeof spread>, e: number) =>
      numbersOf(tensor).filter((_, i) => Math.floor(i / 2) % 4 === e);
    for (let e = 0; e < 4; e++) {
      const moved = values.map(({ p }, i) => expert(tf.sub(p, update.clients[i].before.p), e));
      moved.forEach((x, i) => {
        assert.ok(Math.abs(length(x) - movementNormsAfter[e][i]) < 1e-4, personalisation);
        assert.ok(Math.abs(length(expert(spread(i + 10), e)) - movementNorms[e][i]) < 1e-4, personalisation);
        moved.forEach((y, j) => {
          const cosine = x.reduce((sum, value, k) => sum + value * y[k], 0) / length(x) / length(y);
          assert.ok(Math.abs(cosine - cosinesAfter[e][i][j]) < 1e-5, `${personalisation}: ${cosine}`);
        });
      });
    }
  }
});

test.run();

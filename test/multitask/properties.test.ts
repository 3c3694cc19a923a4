import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { permutation } from '../../lib/backend/random';
import { tf } from '../../lib/backend/tensorflow';
import { choiceProblem } from '../../lib/multitask/choice';
import { type CombinationState, startState } from '../../lib/multitask/combination';
import { type CombinationChoice, type CombinationName, combinations } from '../../lib/multitask/combinations';
import { combineGradients, type GradientMethod } from '../../lib/multitask/combine';
import { type TriedCombination, type TriedStep, tryCombination } from '../../lib/multitask/try-combination';

type Vector = readonly number[];
type Vectors = readonly Vector[];

const inner = (x: Vector, y: Vector) => x.reduce((sum, value, k) => sum + value * y[k], 0);
const norm = (x: Vector) => Math.sqrt(inner(x, x));
const plus = (x: Vector, y: Vector, factor = 1) => x.map((value, k) => value + factor * y[k]);
const times = (x: Vector, factor: number) => x.map((value) => value * factor);
const total = (x: Vector) => x.reduce((sum, value) => sum + value, 0);

const close = (actual: number, wanted: number, tolerance = 1e-9, what = 'value') =>
  assert.ok(Math.abs(actual - wanted) <= tolerance, `${what}: ${actual} against ${wanted}`);
const allClose = (actual: Vector, wanted: Vector, tolerance = 1e-9) => {
  assert.is(actual.length, wanted.length);
  actual.forEach((value, k) => {
    close(value, wanted[k], tolerance, `number ${k}`);
  });
};

/** Gradients evenly spread between −1 and 1, the first ones longest. */
const spread = (tasks: number, numbers: number, seed: number): Vectors =>
  Array.from({ length: tasks }, (_, t) =>
    Array.from(permutation(numbers, 100 * seed + t), (place) => ((2 * place + 1) / numbers - 1) * (tasks - t)),
  );
const samples = [2, 3, 4, 5].flatMap((tasks) => [1, 2, 3, 4].map((seed) => spread(tasks, 8, seed)));

/** Several steps with the same gradients; returns each. */
function repeated(choice: CombinationChoice, gradients: Vectors, steps: readonly TriedStep[]): TriedCombination[] {
  const tried: TriedCombination[] = [];
  for (const step of steps) tried.push(tryCombination(choice, gradients, step, tried[tried.length - 1]));
  return tried;
}

const every = Object.keys(combinations) as CombinationName[];
const dispose = ({ state }: TriedCombination) => tf.dispose(Object.values(state.tensors));

test('every method takes one task, two, or equal ones, and gradients of zero', () => {
  const before = tf.memory().numTensors;
  for (const name of every) {
    for (const gradients of [
      [[1, -2, 3]],
      [
        [1, -2, 3],
        [1, -2, 3],
      ],
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
      [
        [1, 2, 3],
        [0, 0, 0],
      ],
      [
        [1, 2, 3],
        [-1, -2, -3],
      ],
    ]) {
      const tried = tryCombination(name, gradients, { losses: gradients.map((_, t) => t + 0.5) });
      assert.ok(tried.combined.every(Number.isFinite), `${name}: ${tried.combined}`);
      // Equal gradients: all methods follow them.
      if (gradients.length === 1 || gradients[0].join() === gradients[1].join()) {
        const cosine = inner(tried.combined, gradients[0]) / norm(tried.combined) / norm(gradients[0]);
        if (norm(gradients[0]) > 0) close(cosine, 1, 1e-6, name);
      }
      dispose(tried);
    }
  }
  assert.is(tf.memory().numTensors, before);
});

test('one seed and step gives one result; methods with draws change with the seed and the step', () => {
  const gradients = [
    [1, 0, 2],
    [-2, 1, 0],
    [0, -1, -1],
    [1, 1, -3],
  ];
  for (const name of every) {
    const of = (step: TriedStep) => {
      const choice = name === 'mocograd' ? ({ method: name, lambda: 2 } as const) : name; // so that orders count
      const tried = tryCombination(choice, gradients, { epoch: 1, ...step });
      dispose(tried);
      return tried.combined;
    };
    assert.equal(of({ seed: 3, step: 5 }), of({ seed: 3, step: 5 }), name);
    const drawn = ['rlw', 'pcgrad', 'gradvac', 'graddrop', 'mocograd'].includes(name);
    const changes = [1, 2, 3].some((seed) => of({ seed, step: seed }).join() !== of({ seed: 0, step: 0 }).join());
    assert.is(changes, drawn, name);
  }
});

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

test('a wrong choice is one sentence with what it can be', () => {
  const problem = (choice: unknown) => choiceProblem(choice) ?? 'nothing';
  assert.match(problem({ method: 'pcgard' }), 'there is no combination "pcgard"; did you mean "pcgrad"? Known: ew,');
  assert.match(problem({ method: 'cagrad', C: 0.5 }), 'the combination cagrad has no option "C"; did you mean "c"?');
  assert.match(problem({ method: 'ew', c: 0.5 }), 'the combination ew has no option "c"; it has none.');
  assert.match(problem({ method: 'cagrad', c: 1 }), 'option "c" of cagrad is wrong');
  assert.match(problem({ method: 'pmtrec', scale: 'mean' }), 'option "scale" of pmtrec is wrong');
  assert.match(problem({}), 'needs a method');
  assert.match(problem('pmtrec'), 'needs a method');
  for (const [method, { defaults }] of Object.entries(combinations)) {
    assert.is(choiceProblem({ method, ...defaults }), undefined, method);
  }
  assert.throws(() => tryCombination({ method: 'cagrad', c: 2 }, [[1]]), /option "c" of cagrad/);
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tf } from '../../lib/backend/tensorflow';
import { choiceProblem } from '../../lib/multitask/choice';
import { combinations } from '../../lib/multitask/combinations';
import { type TriedStep, tryCombination } from '../../lib/multitask/try-combination';
import { close, dispose, every, inner, norm } from './vectors';

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

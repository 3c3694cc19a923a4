import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Tensor, tf } from '../../lib/backend/tensorflow';
import { softmax } from '../../lib/multitask/arithmetic';
import {
  type CombinationState,
  type CombinationStep,
  startState,
  type TaskGradients,
} from '../../lib/multitask/combination';
import { type CombinationChoice, makeCombination } from '../../lib/multitask/combinations';
import { combineGradients, gramOf, weighed, weightedSum } from '../../lib/multitask/combine';
import { projectConflicts } from '../../lib/multitask/conflict-averse';
import { dropSigns } from '../../lib/multitask/graddrop';
import { vaccinate } from '../../lib/multitask/gradvac';
import { calibrate } from '../../lib/multitask/mocograd';
import { readGolden } from '../golden/case';

type Vector = readonly number[];
type Vectors = readonly Vector[];

/** What `test/golden/combination.py` wrote. */
interface Golden {
  readonly rows: number;
  readonly width: number;
  readonly cases: readonly {
    readonly kind: string;
    readonly steps: readonly {
      readonly gradients: Vectors;
      readonly losses: Vector;
      readonly after: Vector;
      readonly orders: Vectors;
      readonly normal: Vector;
      readonly uniform: Vector;
    }[];
    readonly results: readonly {
      readonly combined: Readonly<Record<string, Vector>>;
      readonly pmtrec: { readonly entropy: number; readonly shares: Vector };
    }[];
  }[];
}

const { rows, width, cases } = readGolden<Golden>('combination.json');
const split = rows * width;

const stepOf = (losses: Vector, at: number): CombinationStep => ({
  tasks: losses.map((_, t) => `task ${t}`),
  losses,
  step: at,
  epoch: at + 1,
  rows: 1,
  seed: 1,
});

const gramIn64 = (gradients: Vectors) =>
  gradients.map((x) => gradients.map((y) => x.reduce((sum, value, k) => sum + value * y[k], 0)));

const sumOf = (gradients: Vectors, weights: Vector): number[] =>
  gradients[0].map((_, k) => weights.reduce((sum, weight, t) => sum + weight * gradients[t][k], 0));

/** Table and dense parameter of the script's flat gradients. */
const partsOf = (gradients: Vectors): TaskGradients[] => [
  {
    name: 'table',
    stacked: tf.tensor3d(
      gradients.flatMap((own) => own.slice(0, split)),
      [gradients.length, rows, width],
    ),
    table: { touched: tf.range(0, rows, 1, 'int32'), rows },
  },
  { name: 'dense', stacked: tf.tensor2d(gradients.map((own) => own.slice(split))) },
];

const flatNumbers = (parts: readonly Tensor[]): number[] => parts.flatMap((part) => Array.from(part.dataSync()));

/** Differences relative to the longest of the gradients that went in. */
function close(actual: Vector, wanted: Vector, gradients: Vectors, tolerance: number, what: string): void {
  const scale = Math.max(...wanted.map(Math.abs), 1e-3 * Math.max(...gradients.flat().map(Math.abs)));
  wanted.forEach((value, k) => {
    assert.ok(Math.abs(actual[k] - value) <= tolerance * scale, `${what}, number ${k}: ${actual[k]} against ${value}`);
  });
}

/** Choices by the script's names for them. */
const choices: Readonly<Record<string, CombinationChoice>> = {
  ew: { method: 'ew' },
  uw: { method: 'uw', learningRate: 0.1 },
  dwa: { method: 'dwa' },
  'imtl-l': { method: 'imtl-l', learningRate: 0.1 },
  famo: { method: 'famo' },
  gradnorm: { method: 'gradnorm', learningRate: 0.05 },
  mgda: { method: 'mgda' },
  'mgda l2': { method: 'mgda', normalise: 'length' },
  cagrad: { method: 'cagrad', c: 0.4 },
  'nash-mtl': { method: 'nash-mtl' },
  'imtl-g': { method: 'imtl-g' },
  'aligned-mtl': { method: 'aligned-mtl' },
  metabalance: { method: 'metabalance' },
  'pmtrec-client': { method: 'pmtrec-client', alpha: 1.5, cap: 3, temperature: 2, scale: 'absolute' },
};

const pmtrec = {
  method: 'pmtrec',
  alpha: 1.5,
  cap: 3,
  temperature: 2,
  denseTemperature: 2,
  scale: 'absolute',
} as const;
const rowWise: Readonly<Record<string, CombinationChoice>> = {
  pmtrec,
  'pmtrec masked': { ...pmtrec, absent: 'masked' },
  'pmtrec dense sum': { ...pmtrec, dense: 'sum' },
  'pmtrec dense norm': { ...pmtrec, dense: 'norm' },
  'pmtrec median': { ...pmtrec, scale: 'median', temperature: 0.5 },
  'pmtrec scale-free': { ...pmtrec, scale: 'scale-free', temperature: 1 },
};

/** SLSQP ends there for gradients of many sizes; conflict-averse.test.ts looks closer. */
const tolerances: Readonly<Record<string, number>> = { cagrad: 1e-3 };

test('weights from losses or inner products give the combined gradients of an independent implementation', () => {
  for (const [name, choice] of Object.entries(choices)) {
    const method = makeCombination(choice);
    if (method.reads === 'gradients') continue;
    for (const { kind, steps, results } of cases) {
      let state = startState;
      steps.forEach(({ gradients, losses, after }, at) => {
        const step = stepOf(losses, at);
        const gram = gramIn64(gradients);
        const found = method.reads === 'gram' ? method.weigh(gram, step, state) : method.weigh(step, state);
        const what = `${name}, ${kind}, ${gradients.length} tasks, step ${at}`;
        close(sumOf(gradients, found.weights), results[at].combined[name], gradients, tolerances[name] ?? 1e-6, what);
        state = weighed(found).state;
        if (method.reads === 'losses' && method.observe) {
          state = { numbers: method.observe(step, after, state), tensors: {} };
        }
      });
    }
  }
});

test('the same through tensors, also methods that work number by number or row by row', () => {
  for (const [name, choice] of Object.entries({ ...choices, ...rowWise })) {
    const method = makeCombination(choice);
    if (method.reads === 'losses') continue;
    for (const { kind, steps, results } of cases) {
      let state: CombinationState = startState;
      steps.forEach(({ gradients, losses }, at) => {
        tf.tidy(() => {
          const found = combineGradients(method, partsOf(gradients), stepOf(losses, at), state);
          const what = `${name}, ${kind}, ${gradients.length} tasks, step ${at}`;
          close(flatNumbers(found.gradients), results[at].combined[name], gradients, 2e-3, what);
          state = found.state;
          if (name !== 'pmtrec') return;
          close(found.figures.shares, results[at].pmtrec.shares, [[1]], 1e-4, `${what}, shares`);
          close(found.figures.entropy, [results[at].pmtrec.entropy], [[1]], 1e-4, `${what}, entropy`);
        });
      });
    }
  }
});

test('methods with draws, given the same draws', () => {
  for (const { kind, steps, results } of cases) {
    let cosines: readonly number[] = Array(steps[0].losses.length ** 2).fill(0);
    let momenta: Vectors = steps[0].gradients.map((own) => own.map(() => 0));
    steps.forEach(({ gradients, orders, normal, uniform }, at) => {
      const wanted = results[at].combined;
      const what = `${kind}, ${gradients.length} tasks, step ${at}`;
      const gram = gramIn64(gradients);
      const ones = gradients.map(() => 1);
      const check = (name: string, weights: Vector) =>
        close(sumOf(gradients, weights), wanted[name], gradients, 1e-6, `${name}, ${what}`);
      check('rlw', softmax(normal));
      check('pcgrad', projectConflicts(gram, orders, ones));
      const vaccine = vaccinate(gram, orders, cosines, 0.01);
      check('gradvac', vaccine.weights);
      cosines = vaccine.cosines;

      momenta = momenta.map((own, t) => own.map((value, k) => 0.9 * value + 0.1 * gradients[t][k]));
      const weights = calibrate({
        gram,
        withMomenta: gradients.map((x) => momenta.map((y) => x.reduce((sum, value, k) => sum + value * y[k], 0))),
        momentumNorms: momenta.map((own) => Math.hypot(...own)),
        orders,
        lambda: 0.12,
      });
      const calibrated = sumOf([...gradients, ...momenta], [...ones, ...weights]);
      close(calibrated, wanted.mocograd, gradients, 1e-6, `mocograd, ${what}`);

      tf.tidy(() => {
        const dropped = dropSigns(tf.tensor2d(gradients.map((own) => [...own])), tf.tensor1d([...uniform]), 0.1);
        close(Array.from(dropped.dataSync()), wanted.graddrop, gradients, 1e-5, `graddrop, ${what}`);
      });
    });
  }
});

test('inner products and weighted sums over several tensors', () => {
  tf.tidy(() => {
    const [{ gradients }] = cases[3].steps;
    const parts = partsOf(gradients);
    const gram = gramIn64(gradients);
    gramOf(parts).forEach((row, i) => {
      close(row, gram[i], [[gram[i][i]]], 1e-5, 'gram');
    });
    const weights = gradients.map((_, t) => t - 1.5);
    const sums = parts.map(({ stacked }) => weightedSum(stacked, weights));
    assert.equal(
      sums.map(({ shape }) => shape),
      [[rows, width], [gradients[0].length - split]],
    );
    close(flatNumbers(sums), sumOf(gradients, weights), gradients, 1e-5, 'sum');
  });
});

test.run();

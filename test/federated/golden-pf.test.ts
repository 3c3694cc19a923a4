import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readValues } from '../../lib/federated/client';
import { disposeValues } from '../../lib/federated/evaluate';
import type { Federation } from '../../lib/federated/federation';
import { methods } from '../../lib/federated/methods';
import { type PfMsmtrecOptions, pfMsmtrecDefaults } from '../../lib/federated/pf-msmtrec';
import { planDefaults } from '../../lib/federated/plan';
import { predict } from '../../lib/federated/predict';
import { attendDefaults } from '../../lib/federated/rules/attend';
import { coordinateDefaults } from '../../lib/federated/rules/coordinate';
import { asked, flat, goldenBatches, goldenFederation, type Nested, readGolden, type Tensors } from '../golden/case';
import { numbersOf } from './fixtures';

/** What `test/golden/pf_rounds.py` wrote. */
interface Golden {
  readonly settings: Readonly<
    Record<
      | 'rank'
      | 'lambda'
      | 'c'
      | 'temperature'
      | 'rate'
      | 'learningRate'
      | 'boundLearningRate'
      | 'momentum'
      | 'weightDecay',
      number
    >
  >;
  readonly methods: Readonly<Record<string, { readonly initial: Tensors; readonly rounds: readonly Round[] }>>;
}

/** Results of one round, per client. */
interface Round {
  readonly losses: readonly number[];
  readonly alignment: readonly number[];
  /** `[client][expert]` */
  readonly alpha: readonly (readonly number[])[];
  /** `[client][tower tensor][task]` */
  readonly beta: readonly (readonly (readonly number[])[])[];
  readonly clients: readonly Tensors[];
  /** `[client][row][task]` */
  readonly logits: readonly (readonly (readonly number[])[])[];
}

const { settings, methods: cases } = readGolden<Golden>('pf_rounds.json');
const TOLERANCE = 1e-4;

const rates = {
  initial: settings.rate,
  trained: true,
  learningRate: settings.learningRate,
  momentum: settings.momentum,
  weightDecay: settings.weightDecay,
};

const optionsOf = (inputs: 'local' | 'average'): PfMsmtrecOptions => ({
  ...pfMsmtrecDefaults,
  template: { scenario: 'full', task: 'low-rank', rank: settings.rank },
  experts: { ...coordinateDefaults, c: settings.c, rates },
  towers: { ...attendDefaults, temperature: settings.temperature, rates },
  gates: inputs,
  projection: inputs,
  alignment: settings.lambda,
});

/** The rules of the defaults, with rates that move far enough to meet their bounds. */
function rulesOfDefaults(): PfMsmtrecOptions {
  const share = {
    rates: { ...rates, learningRate: settings.boundLearningRate },
    personalisation: 'others',
    weights: 'rows',
  } as const;
  return {
    ...pfMsmtrecDefaults,
    template: { scenario: 'additive', task: 'low-rank', rank: settings.rank },
    experts: { ...coordinateDefaults, c: settings.c, ...share },
    towers: { ...attendDefaults, temperature: settings.temperature, ...share },
    gates: 'average',
    projection: 'average',
    alignment: settings.lambda,
  };
}

/** What the library is asked for in each case of the golden file. */
const plans: Readonly<Record<string, { readonly method: string; readonly options: PfMsmtrecOptions }>> = {
  'pf-msmtrec': { method: 'pf-msmtrec', options: optionsOf('local') },
  'no-template': { method: 'no-template', options: optionsOf('average') },
  defaults: { method: 'pf-msmtrec', options: rulesOfDefaults() },
};

/** The library's name of a parameter of the golden file. */
const ownName = (name: string): string =>
  name
    .replace(/^numeric\./, 'projection.')
    .replace(/^logit\./, 'tower.logit.')
    .replace(/\.(left|right)$/, '.task.$1');

const ownNames = (tensors: Tensors): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [ownName(name), value]));

/** The rates of all clients that a group's rule reports. */
function ratesOf(diagnostics: Readonly<Record<string, unknown>>, group: string, { clients }: Federation): number[] {
  const { rates } = diagnostics[group] as { rates: Record<string, readonly number[]> };
  return clients.flatMap(({ data }) => rates[data.name]);
}

test('the case of the defaults has the rules of the defaults', () => {
  const named = ({ template, experts, towers, gates, projection, schedule }: PfMsmtrecOptions) => ({
    template: [template.scenario, template.task],
    experts: [experts.direction, experts.personalisation, experts.weights],
    towers: [towers.similarity, towers.over, towers.personalisation, towers.weights],
    inputs: [gates, projection],
    schedule,
  });
  assert.equal(named(plans.defaults.options), named(pfMsmtrecDefaults));
});

for (const [name, { initial, rounds }] of Object.entries(cases)) {
  test(`three rounds of ${name} end where the independent implementation ends`, async () => {
    let largest = { deviation: 0, where: 'nowhere' };
    /** Deviations count relative to the largest magnitude of the expected numbers. */
    const compare = (where: string, actual: ArrayLike<number>, wanted: Nested) => {
      const numbers = flat(wanted);
      assert.is(actual.length, numbers.length, where);
      const size = Math.max(...numbers.map(Math.abs));
      const deviation = Math.max(...numbers.map((value, i) => Math.abs(actual[i] - value))) / size;
      assert.ok(deviation < TOLERANCE, `${where} deviates by ${deviation}`);
      if (deviation > largest.deviation) largest = { deviation, where };
    };

    const { method, options } = plans[name];
    const federation = goldenFederation(
      methods[method]({ ...planDefaults, embeddings: 'touched-sqrt', weights: 'rows', pfMsmtrec: options }),
      ownNames(initial),
    );
    const experts = method === 'no-template' ? 'expert' : 'expert.scenario';
    for (const [at, expected] of rounds.entries()) {
      const { clients, diagnostics } = await federation.round();
      const where = (what: string) => `${what} of round ${at + 1}`;
      compare(
        where('losses'),
        clients.map(({ loss }) => loss),
        expected.losses,
      );
      compare(
        where('alignment'),
        clients.map(({ alignment }) => alignment ?? Number.NaN),
        expected.alignment,
      );
      compare(where('α'), ratesOf(diagnostics, experts, federation), expected.alpha);
      compare(where('β'), ratesOf(diagnostics, 'tower', federation), expected.beta);
      federation.clients.forEach((client, i) => {
        const values = readValues(client);
        const wanted = ownNames(expected.clients[i]);
        assert.equal(Object.keys(values).sort(), Object.keys(wanted).sort());
        for (const [tensor, value] of Object.entries(wanted)) {
          compare(where(`${tensor} of ${client.data.name}`), numbersOf(values[tensor]), value);
        }
        const logits = predict(federation.model, values, client.data.scenarios[0].validation, goldenBatches);
        const byRow = asked.flatMap((_, row) => logits.map((column) => column[row]));
        compare(where(`logits of ${client.data.name}`), byRow, expected.logits[i]);
        disposeValues(values);
      });
    }
    federation.dispose();
    console.log(`${name}: largest deviation ${largest.deviation.toExponential(1)} (${largest.where})`);
  });
}

test.run();

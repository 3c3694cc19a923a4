import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readValues } from '../../lib/federated/client';
import { disposeValues } from '../../lib/federated/evaluate';
import { methods } from '../../lib/federated/methods';
import { planDefaults } from '../../lib/federated/plan';
import { predict } from '../../lib/federated/predict';
import { asked, flat, goldenBatches, goldenFederation, readGolden, type Tensors } from '../golden/case';
import { numbersOf } from './fixtures';

/** What `test/golden/rounds.py` wrote about its methods. */
interface Golden {
  readonly initial: Tensors;
  readonly methods: Readonly<
    Record<
      string,
      {
        /** `[round][client]` */
        readonly losses: readonly (readonly number[])[];
        readonly clients: readonly Tensors[];
        /** `[client][row][task]` */
        readonly logits: readonly (readonly (readonly number[])[])[];
      }
    >
  >;
}

const golden = readGolden<Golden>('rounds.json');
const TOLERANCE = 1e-4;

/** The library's name of a parameter of the golden file. */
const ownName = (name: string): string => name.replace(/^numeric\./, 'projection.').replace(/^logit\./, 'tower.logit.');

const initial = Object.fromEntries(Object.entries(golden.initial).map(([name, value]) => [ownName(name), value]));

for (const [method, expected] of Object.entries(golden.methods)) {
  test(`three rounds of ${method} end where the independent implementation ends`, async () => {
    let largest = { deviation: 0, where: 'nowhere' };
    /** Deviations count relative to the largest magnitude of the expected numbers. */
    const compare = (where: string, actual: ArrayLike<number>, wanted: readonly number[]) => {
      assert.is(actual.length, wanted.length, where);
      const size = Math.max(...wanted.map(Math.abs));
      const deviation = Math.max(...wanted.map((value, i) => Math.abs(actual[i] - value))) / size;
      assert.ok(deviation < TOLERANCE, `${where} deviates by ${deviation}`);
      if (deviation > largest.deviation) largest = { deviation, where };
    };

    const plan = methods[method]({ ...planDefaults, embeddings: 'touched-sqrt', weights: 'rows' });
    const federation = goldenFederation(plan, initial);
    for (const [round, losses] of expected.losses.entries()) {
      const { clients } = await federation.round();
      const own = clients.map(({ loss }) => loss);
      compare(`losses of round ${round + 1}`, own, losses);
    }
    federation.clients.forEach((client, i) => {
      const values = readValues(client);
      assert.equal(Object.keys(values).sort(), Object.keys(expected.clients[i]).map(ownName).sort());
      for (const [name, value] of Object.entries(expected.clients[i])) {
        compare(`${name} of ${client.data.name}`, numbersOf(values[ownName(name)]), flat(value));
      }
      const logits = predict(federation.model, values, client.data.scenarios[0].validation, goldenBatches);
      const byRow = asked.flatMap((_, row) => logits.map((column) => column[row]));
      compare(`logits of ${client.data.name}`, byRow, flat(expected.logits[i]));
      disposeValues(values);
    });
    federation.dispose();
    console.log(`${method}: largest deviation ${largest.deviation.toExponential(1)} (${largest.where})`);
  });
}

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawInputs } from '../../lib/data/synthetic/inputs';
import { type SyntheticOptions, synthetic } from '../../lib/data/synthetic/synthetic';
import { truth } from '../../lib/data/synthetic/truth';
import { auc } from '../../lib/metrics/auc';
import { errorOf } from './tiny';

const rate = (labels: Uint8Array) => labels.reduce((sum, label) => sum + label, 0) / labels.length;

test('has the shape of the AliExpress logs', () => {
  const dataset = synthetic();
  assert.is(dataset.categorical.length, 16);
  assert.is(dataset.numerical.length, 63);
  assert.equal(
    dataset.scenarios.map(({ name, splits }) => [name, splits.train.rows]),
    [
      ['NL', 24_000],
      ['ES', 18_000],
      ['FR', 12_000],
      ['US', 6_000],
    ],
  );
  for (const { splits } of dataset.scenarios) {
    for (const { rows, ids, numbers, labels } of Object.values(splits)) {
      assert.ok([...ids, ...numbers, ...labels].every((column) => column.length === rows));
      const [click, conversion] = labels;
      assert.ok(rate(click) > 0.02 && rate(click) < 0.12);
      assert.ok(rate(conversion) < rate(click) / 2 && rate(conversion) > 0);
      assert.ok(conversion.every((label, i) => label <= click[i]));
    }
  }
  for (const [click, conversion] of dataset.bayesAuc!) {
    assert.ok(click! > 0.74 && click! < 0.82, String(click));
    assert.ok(conversion! > 0.76 && conversion! < 0.92, String(conversion));
  }
});

test('same seed, same data; another seed or dial, other data', () => {
  const small = (options: SyntheticOptions) => synthetic({ scale: 0.02, ...options });
  const print = (options: SyntheticOptions) => {
    const { fingerprint, scenarios } = small(options);
    const { train } = scenarios[0].splits;
    return [fingerprint, Buffer.from(train.numbers[5]).toString('hex'), train.labels[0].join('')].join();
  };
  assert.is(print({}), print({ seed: 1 }));
  assert.is.not(print({}), print({ seed: 2 }));
  assert.is.not(print({}), print({ taskConflict: 0.9 }));
  const [before, after] = [small({ inputShift: 0 }), small({ inputShift: 1 })];
  const labels = (dataset: typeof before) => dataset.scenarios.map(({ splits }) => splits.train.labels[0].join(''));
  assert.equal(labels(before), labels(after));
  assert.equal(before.bayesAuc, after.bayesAuc);
});

test('numbers are scaled over all training rows; the shift moves single scenarios away', () => {
  const spread = (inputShift: number) => {
    const { scenarios, numerical } = synthetic({ scale: 0.2, inputShift });
    const rows = scenarios.map(({ splits }) => splits.train.rows);
    const all = rows.reduce((a, b) => a + b);
    const spreads = numerical.map((_, k) => {
      const sums = scenarios.map(({ splits }) => splits.train.numbers[k].reduce((sum, value) => sum + value, 0));
      assert.ok(Math.abs(sums.reduce((a, b) => a + b) / all) < 1e-4);
      const means = sums.map((sum, s) => sum / rows[s]);
      return Math.max(...means) - Math.min(...means);
    });
    return spreads.reduce((a, b) => a + b) / spreads.length;
  };
  assert.ok(spread(0) < 0.1);
  assert.ok(spread(0.3) > 0.3);
  assert.ok(spread(1) > 0.7);
});

test('the dials set how far scenarios and tasks agree', () => {
  const inputs = drawInputs(1, 'NL', 2000);
  const correlation = (a: Float64Array, b: Float64Array) =>
    a.reduce((sum, value, i) => sum + value * b[i], 0) / a.length;
  const shared = truth(1, ['click', 'shared'], inputs, 2000);
  assert.ok(Math.abs(correlation(shared, shared) - 1) < 1e-9);
  assert.ok(Math.abs(correlation(shared, truth(1, ['click', 'NL'], inputs, 2000))) < 0.5);
  // With opposite reasons the most likely clicks are the least likely purchases.
  const bayes = (taskConflict: number) => synthetic({ scale: 0.2, taskConflict }).bayesAuc!.map(([, value]) => value!);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(mean(bayes(0)) > mean(bayes(0.5)) && mean(bayes(0.5)) > mean(bayes(1)));
});

test('no single field gives a label away, and the best figure is above every field', () => {
  const { scenarios, bayesAuc } = synthetic({ scale: 0.5 });
  const { numbers, labels } = scenarios[1].splits.test;
  for (const column of numbers) {
    const value = auc(column, labels[0]).auc!;
    assert.ok(Math.max(value, 1 - value) < bayesAuc![1][0]!);
  }
});

test('options out of range are errors', async () => {
  assert.match(await errorOf(() => synthetic({ inputShift: 2 })), /inputShift is 2, but goes from 0 to 1/);
  assert.match(await errorOf(() => synthetic({ scale: 0.0001 })), /at least 10/);
  assert.match(
    await errorOf(() => synthetic({ sede: 3 } as SyntheticOptions)),
    /unknown option "sede"; did you mean "seed"\?/,
  );
});

test.run();

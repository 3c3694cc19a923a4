import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rateDefaults, ratesFrom } from '../../lib/federated/rules/own-rate';

const options = { ...rateDefaults, initial: 0.9, learningRate: 0.1, weightDecay: 0 };

test('a rate that was held at its bound for many rounds leaves it as soon as the gradient turns', () => {
  const rates = ratesFrom(undefined, 1, options);
  const values = [...Array<number>(20).fill(1), -1, -1].map((cosine) => {
    rates.train('a', [cosine]);
    return rates.of('a')[0];
  });
  assert.is(values[19], 1);
  // One step of .1 · 1, then one of .1 · (.9 + 1).
  assert.ok(Math.abs(values[20] - 0.9) < 1e-12 && Math.abs(values[21] - 0.71) < 1e-12, String(values.slice(20)));
});

test('frozen rates stay, and clients do not share theirs', () => {
  const rates = ratesFrom(undefined, 2, options);
  rates.train('a', [-1, 0]);
  assert.equal(rates.of('b'), [0.9, 0.9]);
  const frozen = ratesFrom(undefined, 1, { ...options, trained: false });
  frozen.train('a', [-1]);
  assert.equal(frozen.of('a'), [0.9]);
});

test.run();

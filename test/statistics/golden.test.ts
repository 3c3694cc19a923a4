import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { auc, aucInterval, bootstrapAuc, delongTest, friedman, holm, pairedTest } from '../../lib';
import { readGolden } from '../golden/case';

/** What `test/golden/statistics.py` wrote. */
interface Golden {
  readonly delong: readonly {
    readonly labels: number[];
    readonly first: number[];
    readonly second: number[];
    readonly aucs: readonly [number, number];
    readonly errors: readonly [number, number];
    readonly differenceError: number;
    readonly pValue: number;
    readonly interval: readonly [number, number];
  }[];
  readonly bootstrap: readonly {
    readonly labels: number[];
    readonly scores: number[];
    readonly error: number;
    readonly interval: readonly [number, number];
  }[];
  readonly paired: readonly {
    readonly differences: number[];
    readonly halfWidth: number;
    readonly tTest: number;
    readonly signedRank: number;
  }[];
  readonly holm: readonly { readonly pValues: number[]; readonly adjusted: number[] }[];
  readonly friedman: readonly {
    readonly values: number[][];
    readonly meanRanks: number[];
    readonly chiSquare: number;
    readonly pValue: number;
    readonly fPValue: number;
    readonly criticalDifference: number;
  }[];
}

const golden = readGolden<Golden>('statistics.json');

function close(found: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(found - expected) <= tolerance, `${what}: ${found} where ${expected} was expected`);
}

test("an AUC's standard error and interval are those of DeLong's formulas over all pairs", () => {
  for (const { labels, first, second, aucs, errors, interval } of golden.delong) {
    [first, second].forEach((scores, i) => {
      const found = auc(scores, labels);
      close(found.auc as number, aucs[i], 1e-12, 'AUC');
      close(found.aucError as number, errors[i], 1e-12, 'error');
    });
    const { low, high } = aucInterval(first, labels)!;
    close(low, interval[0], 1e-9, 'low');
    close(high, interval[1], 1e-9, 'high');
  }
});

test("DeLong's test of two models on the same rows", () => {
  for (const { labels, first, second, aucs, differenceError, pValue } of golden.delong) {
    const found = delongTest(first, second, labels)!;
    close(found.difference, aucs[0] - aucs[1], 1e-12, 'difference');
    close(found.error, differenceError, 1e-12, 'error of the difference');
    close(found.pValue, pValue, 1e-9, 'p value');
  }
});

test('stratified bootstrap: error and interval of SciPy, up to the chance of the draws', () => {
  for (const { labels, scores, error, interval } of golden.bootstrap) {
    const found = bootstrapAuc(scores, labels, { seed: 1, draws: 20_000 })!;
    close(found.error, error, 0.03 * error, 'error');
    close(found.low, interval[0], 0.12 * error, 'low');
    close(found.high, interval[1], 0.12 * error, 'high');
  }
});

test('paired t test and signed ranks, ties and zeros among them', () => {
  for (const { differences, halfWidth, tTest, signedRank } of golden.paired) {
    const found = pairedTest(differences)!;
    close(found.halfWidth as number, halfWidth, 1e-9, 'half width');
    close(found.tTest as number, tTest, 1e-7, 't test');
    close(found.signedRank as number, signedRank, 1e-12, 'signed ranks');
  }
});

test("Holm's correction", () => {
  for (const { pValues, adjusted } of golden.holm) {
    holm(pValues).forEach((p, i) => {
      close(p as number, adjusted[i], 1e-12, 'adjusted p value');
    });
  }
});

test('Friedman, Iman and Davenport, Nemenyi', () => {
  for (const { values, meanRanks, ...numbers } of golden.friedman) {
    const found = friedman(values)!;
    found.meanRanks.forEach((rank, i) => {
      close(rank, meanRanks[i], 1e-12, 'mean rank');
    });
    close(found.chiSquare, numbers.chiSquare, 1e-9, 'chi square');
    close(found.pValue, numbers.pValue, 1e-9, 'p value');
    close(found.fPValue, numbers.fPValue, 1e-7, 'p value of F');
    close(found.criticalDifference, numbers.criticalDifference, 1e-7, 'critical difference');
  }
});

test.run();

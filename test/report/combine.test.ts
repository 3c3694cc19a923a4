import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { combineResults, type ResultLine, type StoredResults } from '../../lib';

function lines(method: string, seeds: readonly number[], auc = 0.7): ResultLine[] {
  return seeds.map((seed) => ({
    ...{ method, seed, scenario: 'NL', task: 'click', auc, split: 'test', selection: 'common' },
    ...{ logLoss: 0.2, rows: 8, positives: 2, round: 2, bytes: 60, seconds: 3 },
  }));
}

function stored(folder: string, results: readonly ResultLine[], options: object = {}): StoredResults {
  const configuration = {
    ...{
      name: folder,
      seeds: [1],
      dataset: { name: 'synthetic', fingerprint: 'aaa' },
      optimizer: { learningRate: 0.1 },
    },
    environment: { kind: 'cpu', tensorflow: '2.21.0', node: '20.1.0' },
    ...options,
  };
  return { folder, configuration, results, rounds: [], references: [] };
}

const runsOf = (results: readonly ResultLine[]) => results.map(({ method, seed }) => `${method} ${seed}`);

test('folders of one configuration on the same data are one table', () => {
  const found = combineResults([
    stored('a', lines('local', [1, 2])),
    stored('b', [...lines('local', [3]), ...lines('fedavg', [1, 2, 3])], { seeds: [3], methods: ['local'] }),
  ]);
  assert.is(found.length, 1);
  assert.equal(found[0].title, 'synthetic');
  assert.equal(runsOf(found[0].results), ['local 1', 'local 2', 'local 3', 'fedavg 1', 'fedavg 2', 'fedavg 3']);
  assert.equal(found[0].caveats, []);
});

test('a method with two configurations is two methods, and the difference is said', () => {
  const [one] = combineResults([
    stored('a', [...lines('fedavg', [1, 2, 3]), ...lines('local', [1, 2, 3])]),
    stored('b', lines('fedavg', [1, 2, 3]), { optimizer: { learningRate: 0.2 } }),
  ]);
  const names = [...new Set(one.results.map(({ method }) => method))];
  assert.equal(names, ['fedavg (learningRate 0.1)', 'local', 'fedavg (learningRate 0.2)']);
  assert.equal(one.caveats, [
    'Configurations differ: optimizer.learningRate is 0.1 in a, 0.2 in b. Runs of different configurations are never averaged; differences between their rows may come from the options.',
  ]);
});

test('other data are another table', () => {
  const data = (fingerprint: string) => ({ dataset: { name: 'synthetic', fingerprint } });
  const found = combineResults([stored('a', lines('local', [1])), stored('b', lines('local', [2]), data('bbb'))]);
  assert.equal(
    found.map(({ results }) => runsOf(results)),
    [['local 1'], ['local 2']],
  );
  // Without a configuration nobody knows whether results may be compared.
  const unknown = (folder: string) => ({ ...stored(folder, lines('local', [1])), configuration: {} });
  assert.is(combineResults([unknown('a'), unknown('b')]).length, 2);
});

test('a run that is found twice counts once; other numbers are said', () => {
  const [same] = combineResults([stored('a', lines('local', [1, 2, 3])), stored('b', lines('local', [3]))]);
  assert.equal(runsOf(same.results), ['local 1', 'local 2', 'local 3']);
  assert.equal(same.caveats, ['Found in more than one place and counted once: local with seed 3.']);
  const [other] = combineResults([stored('a', lines('local', [1, 2, 3])), stored('b', lines('local', [3], 0.6))]);
  assert.is(other.results[2].auc, 0.7);
  assert.match(
    other.caveats[1],
    'Not the same numbers in every place, and those of the first are shown: local with seed 3.',
  );
});

test('other code and failed runs are said', () => {
  const by = (code: string, results: ResultLine[]) => results.map((line) => ({ ...line, code }));
  const failure = { method: 'fedavg', seed: 3, attempt: 1, time: '', message: 'its process ended' };
  const [one] = combineResults([
    stored('a', by('aaaa', lines('local', [1, 2, 3]))),
    { ...stored('b', by('bbbb', lines('fedavg', [1, 2]))), failures: [failure, { ...failure, seed: 2 }] },
  ]);
  assert.equal(one.caveats.slice(0, 2), [
    'Runs come from different code, which may change numbers (a + stands between codes that shared one run): ' +
      'aaaa (local with seed 1, local with seed 2, local with seed 3); bbbb (fedavg with seed 1, fedavg with seed 2).',
    'Failed, so not among the results: fedavg with seed 3 (its process ended).',
  ]);
  const shared = combineResults([stored('a', by('aaaa+bbbb', lines('local', [1, 2, 3])))]);
  assert.match(shared[0].caveats[0], 'aaaa+bbbb (local with seed 1');
  assert.equal(combineResults([stored('a', by('aaaa', lines('local', [1, 2, 3])))])[0].caveats, []);
});

test('few seeds, uneven seeds, other devices and open runs are said', () => {
  const rounds = [{ method: 'fedbn', seed: 4 }] as unknown as StoredResults['rounds'];
  const [one] = combineResults([
    stored('a', [...lines('local', [1, 2, 3]), ...lines('fedavg', [1])]),
    { ...stored('b', [], { environment: { kind: 'gpu', tensorflow: '2.21.0', node: '20.1.0' } }), rounds },
  ]);
  assert.equal(one.caveats, [
    'Runs come from different devices or versions, which may change the last digits and the seconds: CPU, libtensorflow 2.21.0, Node 20.1.0 (a); GPU, libtensorflow 2.21.0, Node 20.1.0 (b).',
    'Too few seeds for a test (fewer than 3): fedavg has 1.',
    'Methods ran with different seeds: means are over the seeds that each has, tests over those that two share.',
    'Not finished, so not among the test results: fedbn with seed 4.',
  ]);
});

test.run();

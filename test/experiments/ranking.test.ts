import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  auxiliaryOf,
  combinationOf,
  isRankingFolder,
  makeRankingConfig,
  openRankingStore,
  type RankingEpochLine,
  type RankingResultLine,
  type RankingRunOptions,
  readRankingResults,
  runRanking,
} from '../../lib/experiments/ranking';
import { syntheticRanking } from '../../lib/ranking';
import { rankingTable, tableText } from '../../lib/report';
import { rankingDatasetOf } from '../ranking/tiny';

const dataset = syntheticRanking({ users: 60, items: 40, perUser: 8 });
const config = makeRankingConfig([
  { methods: ['bpr', 'focus'], seeds: [1, 2], epochs: 3, embedding: 8, batch: 64, auxiliary: ['social'] },
  { variants: { focus: { method: 'pmtrec', alpha: 1.1 } }, pmtrec: { temperature: 0.5, alpha: 1 } },
]);
const folder = mkdtempSync(join(tmpdir(), 'pf-ranking-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

async function run(options: RankingRunOptions = {}) {
  const epochs: RankingEpochLine[] = [];
  const all = runRanking(config, dataset, options);
  let next = await all.next();
  while (!next.done) {
    epochs.push(next.value);
    next = await all.next();
  }
  return { epochs, lines: next.value };
}

/** Without what differs between two runs, and between a stored line and one that was not stored. */
const withoutTime = (lines: readonly RankingResultLine[]) =>
  lines.map(({ configuration, environment, code, ...line }) => ({ ...line, seconds: 0 }));

test('a run leaves its lines, goes on after a stop, and ends with the same numbers', async () => {
  const whole = await run();
  assert.is(whole.lines.length, 2 * 2 * 2 * 8); // methods, seeds, splits, metrics
  assert.is(whole.epochs.length, 2 * 2 * 3);
  const out = join(folder, 'out');
  const store = openRankingStore(out, { ...config });
  let epochs = 0;
  const stopped = await run({ store, shouldStop: () => ++epochs === 5 });
  assert.is(stopped.epochs.length, 5); // in the second run
  store.close();
  assert.ok(isRankingFolder(out));
  const again = openRankingStore(out, { ...config });
  assert.ok(again.isFinished('bpr', 1) && !again.isFinished('focus', 1));
  const rest = await run({ store: again });
  assert.is(rest.epochs.length, 1 + 2 * 3); // the interrupted run goes on
  assert.equal(withoutTime(rest.lines), withoutTime(whole.lines));
  assert.is((await run({ store: again })).epochs.length, 0);
  again.close();
  const stored = readRankingResults(out);
  assert.is(stored.rounds.length, whole.epochs.length);
  const { entropy, shares, losses } = stored.rounds.find(({ method }) => method === 'focus')!;
  assert.ok(entropy! > 0 && entropy! < Math.log(2) && shares!.bpr > 0 && losses.social > 0);
  assert.throws(() => openRankingStore(out, { ...config, embedding: 16 }), /embedding is 8 there and 16 now/);
  assert.match(readFileSync(join(out, 'config.json'), 'utf8'), '"track": "ranking"');
});

test('configurations: choices, and what is wrong with them', () => {
  assert.is(combinationOf(config, 'bpr'), undefined);
  assert.equal(combinationOf(config, 'focus'), { method: 'pmtrec', alpha: 1.1, temperature: 0.5 });
  assert.equal(combinationOf(config, 'pmtrec'), { method: 'pmtrec', alpha: 1, temperature: 0.5 });
  assert.equal(combinationOf(config, 'ew'), { method: 'ew' });
  const refuse = (layer: object, sentence: string) => assert.throws(() => makeRankingConfig([layer]), sentence);
  refuse({ methods: ['pmtrek'] }, 'There is no method "pmtrek"; did you mean "pmtrec"?');
  refuse({ encoder: 'lightgnc' }, 'did you mean "lightgcn"?');
  refuse({ auxiliary: ['socal'] }, 'there is no auxiliary task "socal"; did you mean "social"?');
  refuse({ auxiliary: ['social', 'social'] }, 'the task "social" stands twice');
  refuse({ epocs: 3 }, 'there is no option "epocs"; did you mean "epochs"?');
  refuse({ optimizer: { learningrate: 1 } }, 'there is no option "optimizer.learningrate"; did you mean');
  refuse({ pmtrec: { alpha: 0.5 } }, 'option "alpha" of pmtrec is wrong');
  refuse({ variants: { a: { method: 'pcgard' } } }, 'did you mean "pcgrad"?');
  refuse({ variants: { ew: { method: 'rlw' } } }, 'has the name of a built-in method');
  refuse({ batch: 0 }, 'option "batch" is wrong');
});

test('a training that diverges is one sentence', async () => {
  const wild = makeRankingConfig([{ methods: ['bpr'], optimizer: { learningRate: 1e30 }, epochs: 9, embedding: 8 }]);
  const all = runRanking(wild, dataset);
  try {
    for await (const { epoch } of all) assert.ok(epoch < 9);
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /cannot be ranked: .*did the training diverge\? A lower --learning-rate/);
  }
});

test('auxiliary tasks need data', () => {
  const bare = rankingDatasetOf(2, 2, [[0, 0]]);
  const wanting = makeRankingConfig([{ auxiliary: ['co-buy'] }]);
  assert.throws(() => auxiliaryOf(wanting, bare), 'The task "co-buy" cannot be trained: tiny has no co-buy links.');
  assert.throws(() => auxiliaryOf(makeRankingConfig([]), bare), '--auxiliary direct-au');
  assert.equal(auxiliaryOf(makeRankingConfig([{ methods: ['bpr'] }]), bare), []);
  assert.equal(auxiliaryOf(makeRankingConfig([]), dataset), ['social', 'category', 'co-view', 'co-buy', 'rating']);
});

test('table: means over seeds, marks from three seeds on', () => {
  const line = (method: string, seed: number, metric: string, value: number) => ({
    ...{ method, seed, metric, value, split: 'test' as const, epoch: 4, seconds: 2 },
  });
  const lines = [1, 2, 3].flatMap((seed) => [
    line('bpr', seed, 'ndcg@20', 0.2 + 0.001 * seed),
    line('bpr', seed, 'recall@20', 0.1 + 0.001 * seed),
    line('pmtrec', seed, 'ndcg@20', 0.3 + 0.002 * seed),
    line('pmtrec', seed, 'recall@20', 0.101 + 0.001 * (4 - seed)),
  ]);
  const table = rankingTable(lines);
  assert.equal(
    table.columns.map(({ group, label }) => `${group} ${label}`),
    ['recall @20', 'ndcg @20', 'cost epoch', 'cost time'],
  );
  const [bpr, pmtrec] = table.rows;
  assert.equal([bpr.cells[1].text, bpr.cells[1].standing, pmtrec.cells[1].standing], ['0.2020', 'behind', 'best']);
  assert.equal([bpr.cells[0].standing, pmtrec.cells[0].standing], ['level', 'best']);
  assert.equal([bpr.cells[2].text, bpr.cells[3].text], ['4', '2.0 s']);
  const text = tableText(table, { width: 120 });
  assert.match(text, /0\.1020±0\.0025≈/);
  assert.match(text, 'validation Recall@20 was kept');
  const single = rankingTable(lines.filter(({ seed }) => seed === 1));
  assert.is(single.rows[0].cells[0].standing, null);
  assert.match(single.legend.join(' '), 'Fewer than 3 seeds');
});

test.run();

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { performRankingRun, type RankingRow } from '../../lib/experiments/ranking/study';
import { rankingSearches, rankingStudies } from '../../lib/experiments/studies';
import { studyRuns } from '../../lib/experiments/study';
import { studyOf } from '../../lib/experiments/study-of';
import { openRankingDataset } from '../../lib/ranking';
import { rankingStudyTables } from '../../lib/report';
import { factsOf } from '../../lib/report/study';

const folder = mkdtempSync(join(tmpdir(), 'pf-pmtrec-'));
process.env.PF_CACHE = join(folder, 'cache');
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const PAPER = ['epinions', 'amazon-video-games', 'amazon-office'];
const jsonLines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Writes generated interactions and relations in the layouts of both Amazon files. */
async function writeFiles(): Promise<void> {
  const { train, items, coView } = await openRankingDataset('synthetic-ranking', {
    synthetic: { users: 60, items: 40, perUser: 12 },
  });
  const reviews = [...train.users].map((user, k) => ({
    reviewerID: `U${user}`,
    asin: `B${train.items[k]}`,
    overall: 1 + (k % 5),
  }));
  const seenWith = (item: number) =>
    [...coView!.first].flatMap((one, k) => (one === item ? [`B${coView!.second[k]}`] : []));
  const metadata = Array.from({ length: items }, (_, item) => ({
    asin: `B${item}`,
    also_view: seenWith(item),
    also_buy: seenWith(item),
  }));
  writeFileSync(join(folder, 'reviews_Office_Products_5.json'), jsonLines(reviews));
  writeFileSync(join(folder, 'Video_Games_5.json'), jsonLines(reviews));
  writeFileSync(join(folder, 'meta_Video_Games.json'), jsonLines(metadata));
}

test("every table and figure of PMTRec's paper is a study of each of its data sets, tuned alike for all methods", () => {
  for (const name of PAPER) {
    const parts = ['', '-tasks', '-modules', '-alpha', '-tau', '-encoder'].map((part) => rankingStudies[name + part]);
    assert.ok(parts.every((study) => study.dataset === name && study.tuned === `notebooks/results/tune-${name}.json`));
    const full = studyOf({ ...rankingStudies[name], tuned: undefined }, { data: folder });
    assert.is(studyRuns(full).length, 10 * 5);
    assert.ok(full.points.every(({ config }) => config.embedding === 32 && config.batch === 2048));
    assert.equal(rankingSearches[name].methods, rankingStudies[name].methods);
  }
  // Before a search has left its choice, only the small size can be asked for.
  assert.throws(() => studyOf(rankingStudies.epinions, { data: folder }), 'npm start -- tune epinions --record');
});

test('tables come from files in the public layouts, with what the paper prints beside the main one', async () => {
  await writeFiles();
  for (const name of ['amazon-video-games', 'amazon-office']) {
    const shorter = { config: { epochs: 1, embedding: 4 } };
    const rows: RankingRow[] = [];
    const perform = async (study: string) => {
      const small = studyOf(rankingStudies[study], { size: 'quick', data: folder, ...shorter });
      for (const run of studyRuns(small)) rows.push(...(await performRankingRun(run)));
    };
    await perform(name);
    const facts = (study: string) => factsOf({ name: study, rows });
    assert.is(facts(`${name}-quick`).rankingReferences, undefined);
    const [table] = rankingStudyTables(facts(name), rows);
    assert.is(table.rows.filter(({ kind }) => kind === 'method').length, 10);
    const row = table.rows.find((one) => one.name === "PMTRec (PMTRec's paper)")!;
    const column = table.columns.findIndex(({ group, label }) => group === 'ndcg' && label === '@20');
    assert.equal([row.kind, row.cells[column].standing], ['reference', null]);
    assert.is(row.cells[column].value, { 'amazon-video-games': 0.0601, 'amazon-office': 0.0473 }[name]);
    assert.match(table.legend.join(' '), 'what others print for these data');

    rows.length = 0;
    await perform(`${name}-tasks`);
    await perform(`${name}-modules`);
    const [first, second] = { 'amazon-video-games': ['co-view', 'co-buy'], 'amazon-office': ['direct-au', 'rating'] }[
      name
    ]!;
    assert.equal(
      [...new Set(rows.map(({ method }) => method))],
      ['bpr', `only ${first}`, `only ${second}`, 'pmtrec', 'without focusing', 'τ = 1', 'τ → ∞'],
    );
    assert.ok(rows.every(({ value }) => Number.isFinite(value)));
    assert.is(facts(`${name}-tasks`).rankingReferences, undefined);
  }
});

test.run();

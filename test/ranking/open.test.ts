import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../lib/data/paths';
import { openRankingDataset, type RankingOpenOptions } from '../../lib/ranking/data/open';
import { errorOf, folderWith } from '../data/tiny';
import { readGolden } from '../golden/case';
import { all, linksOf } from './rows';

// Digests of files are remembered: not in the project's own folders here.
process.env.PF_CACHE = folderWith({});

const listens = '2\t51\t10\n2\t52\t20\n3\t51\t30\n4\t60\t1\n';
const friends = '2\t3\n3\t2\n4\t99\n';
const lastfm = (files: Record<string, string | Buffer>, more: RankingOpenOptions = {}) =>
  openRankingDataset('lastfm-2k', { data: folderWith(files), ...more });

test('Last.fm: with and without a header the same, values are ln(1 + listens)', async () => {
  const plain = await lastfm({ 'ratings.txt': listens, 'trusts.txt': friends });
  const official = await lastfm({
    'user_artists.dat': `userID\tartistID\tweight\r\n${listens.replaceAll('\n', '\r\n')}`,
    'user_friends.dat': `userID\tfriendID\r\n${friends.replaceAll('\n', '\r\n')}`,
  });
  assert.equal([plain.users, plain.items], [3, 3]);
  assert.equal(linksOf(plain.social), [[0, 1]]);
  assert.is(plain.ratings!.values.at(-1), Math.fround(Math.log(2)));
  assert.equal({ ...official, fingerprint: '' }, { ...plain, fingerprint: '' });
  assert.match(plain.warnings[0], /1 line of social links name somebody/);
});

test('the fingerprint follows files, seed and way to split', async () => {
  const files = { 'ratings.txt': listens, 'trusts.txt': friends };
  const prints = await Promise.all([
    lastfm(files),
    lastfm(files),
    lastfm(files, { seed: 2 }),
    lastfm(files, { split: 'global' }),
    lastfm({ ...files, 'ratings.txt': `${listens}4\t52\t3\n` }),
  ]);
  const [one, again, ...others] = prints.map(({ fingerprint }) => fingerprint);
  assert.is(again, one);
  assert.is(new Set([one, ...others]).size, 4);
});

test('Last.fm: what is wrong is named with file, line and column', async () => {
  const wrong = (files: Record<string, string | Buffer>) => errorOf(() => lastfm(files));
  assert.match(
    await wrong({ 'ratings.txt': listens }),
    /no file "user_friends.dat" or "trusts.txt" \(friends of "lastfm-2k"\); the folder has ratings.txt. To get the data: see data\/lastfm-2k/,
  );
  assert.match(
    await wrong({ 'ratings.txt': '2\t51\n', 'trusts.txt': friends }),
    /ratings.txt: line 1 has 2 columns where 3 are expected/,
  );
  assert.match(
    await wrong({ 'ratings.txt': `${listens}5\t51\n`, 'trusts.txt': friends }),
    /ratings.txt, line 5: 2 values where 3 columns/,
  );
  assert.match(
    await wrong({ 'ratings.txt': `${listens}5\tx\t1\n`, 'trusts.txt': friends }),
    /ratings.txt, line 5, column "artistID": "x" is not an integer/,
  );
  assert.match(
    await wrong({ 'ratings.txt': `${listens}5\t\t1\n`, 'trusts.txt': friends }),
    /ratings.txt, line 5, column "artistID": there is no value/,
  );
  assert.match(
    await wrong({ 'ratings.txt': `user\tartistID\tweight\n${listens}`, 'trusts.txt': friends }),
    /line 1: column 1 is "user" where "userID" or a number is expected/,
  );
  assert.match(await wrong({ 'ratings.txt': '', 'trusts.txt': friends }), /ratings.txt: the file is empty/);
  assert.match(
    await wrong({ 'ratings.txt.gz': 'x', 'trusts.txt': friends }),
    /no file "user_artists.dat" or "ratings.txt"/,
  );
});

test('names and options are checked', async () => {
  assert.match(
    await errorOf(() => openRankingDataset('lastfm')),
    /there is no ranking data set "lastfm"; did you mean "lastfm-2k"/,
  );
  assert.match(
    await errorOf(() => openRankingDataset('lastfm-2k', { data: '/nowhere' })),
    /\/nowhere: there is no such folder/,
  );
  const unknown = { sed: 1 } as RankingOpenOptions;
  assert.match(
    await errorOf(() => openRankingDataset('synthetic-ranking', unknown)),
    /unknown option "sed"; did you mean "seed"/,
  );
  assert.match(
    await errorOf(() => openRankingDataset('synthetic-ranking', { data: '.' })),
    /is generated and takes no folder/,
  );
  assert.match(
    await errorOf(() => openRankingDataset('lastfm-2k', { synthetic: {} })),
    /for the data set "synthetic-ranking" only/,
  );
  assert.match(await errorOf(() => openRankingDataset('lastfm-2k', { seed: 0.5 })), /seed: 0.5/);
  const way = { split: 'per user' } as unknown as RankingOpenOptions;
  assert.match(
    await errorOf(() => openRankingDataset('lastfm-2k', way)),
    /split: there is no way "per user"; did you mean "per-user"/,
  );
});

const matlab = readGolden<{ ratings: number[][]; trust: number[][]; files: Record<string, string> }>('matlab.json');
const mat = (name: string) => Buffer.from(matlab.files[name], 'base64');
const epinions = (files: Record<string, Buffer>) => openRankingDataset('epinions', { data: folderWith(files) });

test('Epinions: MATLAB files of SciPy, plain and compressed, of several types, give the same', async () => {
  const one = await epinions({ 'rating.mat': mat('plain'), 'trustnetwork.mat': mat('trust') });
  assert.equal([one.users, one.items], [3, 3]);
  assert.equal(all(one), [
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [2, 2],
  ]);
  assert.equal(linksOf(one.social), [[0, 1]]);
  // Product 10 is in categories 1 and 3, the others in 2.
  assert.equal([...one.categories!.items, ...one.categories!.categories], [0, 0, 1, 2, 0, 2, 1, 1]);
  assert.is(one.ratings!.values.at(-1), 5);
  assert.match(
    one.warnings.join('\n'),
    /1 line of interactions repeat[\s\S]*1 line of social links name[\s\S]*1 line of social links lead/,
  );
  const named = { ...one, fingerprint: '' };
  const others: Record<string, Buffer>[] = [
    { 'rating.mat': mat('compressed'), 'trustnetwork.mat': mat('trust') },
    { 'rating_with_timestamp.mat': mat('single'), 'trust.mat': mat('timestamps') },
  ];
  for (const files of others) {
    assert.equal({ ...(await epinions(files)), fingerprint: '' }, named);
  }
});

test('Epinions: what is wrong is named with file, matrix and columns', async () => {
  const wrong = (rating: Buffer) => errorOf(() => epinions({ 'rating.mat': rating, 'trustnetwork.mat': mat('trust') }));
  assert.match(
    await wrong(mat('other')),
    /rating.mat: no matrix "rating" or "rating_with_timestamp"; the file has "other"/,
  );
  assert.match(await wrong(mat('narrow')), /rating.mat: matrix "rating" has 3 columns where 5 or 6 are expected/);
  assert.match(await wrong(Buffer.from('1,2,3\n')), /rating.mat: not a MATLAB file of level 5/);
  assert.match(await wrong(Buffer.from(`MATLAB 7.3 MAT-file${' '.repeat(200)}`)), /version 7.3; save it with -v7/);
  assert.match(await wrong(mat('plain').subarray(0, 300)), /rating.mat: the file is damaged or cut off/);
  assert.match(await wrong(mat('compressed').subarray(0, 200)), /rating.mat: the file is damaged or cut off/);
});

const reviews = [
  { reviewerID: 'A2', asin: '0001', overall: 5, reviewText: 'Good.' },
  { overall: 3, reviewerID: 'A2', asin: '0002' },
  { reviewerID: 'A1', asin: '0001', overall: 1 },
  { reviewerID: 'A1', asin: '0001', overall: 2 },
];
const metadata = [
  { asin: '0001', also_view: ['0002', '0009'], also_buy: [] },
  { asin: '0002', also_view: ['0001'] },
];
const jsonLines = (rows: readonly object[]) => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
const games = (files: Record<string, string | Buffer>) =>
  openRankingDataset('amazon-video-games', { data: folderWith(files) });

test('Amazon: reviews and metadata, plain and .gz', async () => {
  const plain = await games({ 'Video_Games_5.json': jsonLines(reviews), 'meta_Video_Games.json': jsonLines(metadata) });
  assert.equal([plain.users, plain.items], [2, 2]);
  assert.equal(all(plain), [
    [0, 0],
    [1, 0],
    [1, 1],
  ]);
  assert.equal(linksOf(plain.coView), [[0, 1]]);
  assert.not('coBuy' in plain);
  assert.match(
    plain.warnings.join('\n'),
    /1 line of interactions repeat[\s\S]*1 line of links of items viewed together name[\s\S]*There are no links of items bought together/,
  );
  const packed = await games({
    'Video_Games_5.json.gz': gzipSync(jsonLines(reviews)),
    'meta_Video_Games.json.gz': gzipSync(jsonLines(metadata)),
  });
  assert.equal({ ...packed, fingerprint: '' }, { ...plain, fingerprint: '' });
});

test('Amazon: what is wrong is named with file, line and field', async () => {
  const wrong = (text: string) =>
    errorOf(() =>
      openRankingDataset('amazon-office', { data: folderWith({ 'reviews_Office_Products_5.json': text }) }),
    );
  const good = jsonLines(reviews);
  assert.match(
    await wrong(`${good}{"reviewerID": "A`),
    /reviews_Office_Products_5.json, line 5: not a JSON object: {"reviewerID": "A/,
  );
  assert.match(
    await wrong(`${good}{"user": "A1", "asin": "1"}\n`),
    /line 5: there is no "reviewerID"; the line has user, asin/,
  );
  assert.match(
    await wrong(`${good}{"reviewerID": "A1", "asin": "1", "overall": "five"}\n`),
    /line 5: "overall" is "five" where a number is expected/,
  );
  assert.match(await wrong(''), /"amazon-office": the file of interactions has no line/);
  const python = { 'Video_Games_5.json': good, 'meta_Video_Games.json': "{'asin': '0001'}\n" };
  assert.match(
    await errorOf(() => games(python)),
    /meta_Video_Games.json, line 1: not a JSON object \(it looks like Python/,
  );
  const list = { 'Video_Games_5.json': good, 'meta_Video_Games.json': jsonLines([{ asin: '1', also_buy: 'x' }]) };
  assert.match(await errorOf(() => games(list)), /line 1: "also_buy" is "x" where a list is expected/);
});

const parent = process.env.PF_DATA ?? join(projectRoot(), '..', 'shared', 'data');
const real = join(parent, 'lastfm-2k');
const realTest = existsSync(real) ? test : test.skip;

realTest('Last.fm has the published counts (skipped without the folder "lastfm-2k" in PF_DATA)', async () => {
  const dataset = await openRankingDataset('lastfm-2k', { data: real });
  assert.equal([dataset.users, dataset.items, all(dataset).length], [1892, 17632, 92_834]);
  assert.is(dataset.social!.first.length, 12_717);
  assert.equal(
    [dataset.train, dataset.validation, dataset.test].map(({ users }) => users.length),
    [55_701, 18_565, 18_568],
  );
  assert.is(dataset.warnings.length, 1);
});

realTest('a Last.fm file that is cut off is an error (skipped without the folder "lastfm-2k" in PF_DATA)', async () => {
  const folder = folderWith({ 'ratings.txt': '2\t51\t1\n3\t5' });
  copyFileSync(join(real, 'trusts.txt'), join(folder, 'trusts.txt'));
  assert.match(await errorOf(() => openRankingDataset('lastfm-2k', { data: folder })), /ratings.txt, line 2: 2 values/);
});

test.run();

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { literal, openDatabase } from '../../lib/data/ingest/duckdb';
import { openDataset } from '../../lib/data/open';
import type { DataSchema } from '../../lib/data/schema';
import type { Dataset } from '../../lib/data/types';
import { folderWith, tinyCsv, tinySchema } from './tiny';

const open = (folder: string, schema: DataSchema = tinySchema, more = {}): Promise<Dataset> =>
  openDataset(schema, { data: folder, cache: join(folder, 'cache'), ...more });

/** A data set as plain values, for comparison. */
const plain = (dataset: Dataset) =>
  JSON.stringify(dataset, (_key, value) => (ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value));

test('ids are dense from 2 by falling training count, ties by value; missing is 0 and unseen is 1', async () => {
  const dataset = await open(folderWith({ 'tiny.csv': tinyCsv }));
  const [colour] = dataset.categorical;
  assert.equal(colour.values, ['(missing)', '(unseen)', 'blue', 'red', 'white']);
  assert.is(colour.size, 5);
  const [a, b] = dataset.scenarios;
  assert.equal([...a.splits.train.ids[0]], [3, 3, 2, 0]);
  assert.equal([...a.splits.validation.ids[0]], [1]);
  assert.equal([...b.splits.train.ids[0]], [2, 3, 4, 2]);
  assert.instance(a.splits.train.ids[0], Uint8Array);
});

test('numbers have mean 0 and deviation 1 over the training rows of all scenarios; missing is 0', async () => {
  const dataset = await open(folderWith({ 'tiny.csv': tinyCsv }));
  const [price] = dataset.numerical;
  assert.is(price.centre, 4);
  assert.ok(Math.abs(price.scale - Math.sqrt(5)) < 1e-12);
  const [a, b] = dataset.scenarios;
  assert.equal(
    [...a.splits.train.numbers[0]],
    [-3, -1, 1, 3].map((value) => Math.fround(value / Math.sqrt(5))),
  );
  assert.equal([...a.splits.test.numbers[0]], [0]);
  assert.equal([...b.splits.validation.numbers[0]], [Math.fround(7 / Math.sqrt(5))]);
});

test('labels are expressions, splits and scenarios are as the schema says', async () => {
  const dataset = await open(folderWith({ 'tiny.csv': tinyCsv }));
  assert.equal(dataset.tasks, ['buy', 'pay']);
  assert.equal(
    dataset.scenarios.map(({ name, splits }) => [name, splits.train.rows, splits.validation.rows, splits.test.rows]),
    [
      ['A', 4, 1, 1],
      ['B', 4, 1, 1],
    ],
  );
  const { train } = dataset.scenarios[0].splits;
  assert.equal(
    train.labels.map((column) => [...column]),
    [
      [1, 0, 1, 0],
      [1, 0, 0, 0],
    ],
  );
});

test('scenarios follow the given order and names; rare values fold into unseen; other scenarios are counted', async () => {
  const csv = `${tinyCsv}C,1,red,1,1,1\n`;
  const dataset = await open(folderWith({ 'tiny.csv': csv }), {
    ...tinySchema,
    scenario: { expression: 'country', values: ['B', 'A'], names: { B: 'Belgium' } },
    fields: [{ kind: 'categorical', name: 'colour', minimumCount: 2 }],
  });
  assert.equal(
    dataset.scenarios.map(({ name }) => name),
    ['Belgium', 'A'],
  );
  assert.equal(dataset.categorical[0].values.slice(2), ['blue', 'red']);
  assert.equal([...dataset.scenarios[0].splits.train.ids[0]], [2, 3, 1, 2]);
  assert.equal(dataset.facts?.dropped, { 'of other scenarios': 1 });
  assert.equal(dataset.facts?.foldedValues, [1]);
});

test('bins hold equally many training rows and rise with the number; transforms come before scaling', async () => {
  const dataset = await open(folderWith({ 'tiny.csv': tinyCsv }), {
    ...tinySchema,
    fields: [
      { kind: 'categorical', name: 'price_bin', expression: 'price', bins: 2 },
      { kind: 'numerical', name: 'price', transform: 'log1p', scaling: 'none' },
      { kind: 'numerical', name: 'share', expression: 'price', scaling: 'minmax' },
      { kind: 'numerical', name: 'same', expression: '7' },
    ],
  });
  const { train, test: last } = dataset.scenarios[0].splits;
  assert.equal(dataset.categorical[0].values.slice(2), ['below 4', '4 and above']);
  assert.equal([...train.ids[0]], [2, 2, 3, 3]);
  assert.is(last.ids[0][0], 0);
  assert.equal(
    [...train.numbers[0]],
    [1, 3, 5, 7].map((value) => Math.fround(Math.log(1 + value))),
  );
  assert.equal([...train.numbers[1]], [0, 1 / 3, 2 / 3, 1].map(Math.fround));
  assert.equal([...train.numbers[2]], [0, 0, 0, 0]);
});

test('gzip, Parquet, byte-order mark and Windows line ends give the same data as plain CSV', async () => {
  const expected = plain({ ...(await open(folderWith({ 'tiny.csv': tinyCsv }))), fingerprint: '', facts: undefined });
  const folder = folderWith({
    'tiny.csv.gz': gzipSync(tinyCsv),
    'windows.csv': `\uFEFF${tinyCsv.replaceAll('\n', '\r\n')}`,
    'plain.csv': tinyCsv,
  });
  const database = await openDatabase();
  const parquet = join(folder, 'tiny.parquet');
  await database.connection.run(`COPY (FROM read_csv(${literal(join(folder, 'plain.csv'))})) TO ${literal(parquet)}`);
  database.close();
  for (const file of ['tiny.csv.gz', 'windows.csv', 'tiny.parquet']) {
    const dataset = await open(folder, { ...tinySchema, sources: [{ name: 'sales', files: file }] });
    assert.is(plain({ ...dataset, fingerprint: '', facts: undefined }), expected, file);
  }
});

test('sources are joined by SQL and a missing partner is a missing value', async () => {
  const folder = folderWith({ 'tiny.csv': tinyCsv, 'colours.csv': 'colour,warm\nred,yes\nblue,no\n' });
  const dataset = await open(folder, {
    ...tinySchema,
    sources: [...tinySchema.sources, { name: 'colours', files: 'colours.csv' }],
    query: 'SELECT sales.*, colours.warm FROM sales LEFT JOIN colours USING (colour)',
    fields: [{ kind: 'categorical', name: 'warm' }],
  });
  assert.equal(dataset.categorical[0].values.slice(2), ['no', 'yes']);
  assert.equal([...dataset.scenarios[1].splits.train.ids[0]], [2, 3, 0, 2]);
});

test('a random split is the same for any number of threads, keeps groups together, and follows the seed', async () => {
  const lines = Array.from(
    { length: 30_000 },
    (_, i) => `${'AB'[i % 2]},${i % 997},${Math.sin(i)},${i % 3 === 0 ? 1 : 0}`,
  );
  const folder = folderWith({ 'many.csv': `country,user,score,bought\n${lines.join('\n')}\n` });
  const schema: DataSchema = {
    ...tinySchema,
    name: 'many',
    sources: [{ name: 'rows', files: 'many.csv' }],
    tasks: [{ name: 'bought' }],
    fields: [
      { kind: 'categorical', name: 'user' },
      { kind: 'numerical', name: 'score' },
    ],
    split: { random: { train: 0.7, validation: 0.1, test: 0.2 }, seed: 5, together: 'user' },
  };
  const one = await open(folder, schema, { threads: 1, cache: join(folder, 'one') });
  const four = await open(folder, schema, { threads: 4, cache: join(folder, 'four') });
  assert.is(plain(one), plain(four));
  const held = one.scenarios.map(({ splits }) => splits.test);
  assert.ok(held.every(({ ids }) => ids[0].every((id) => id === 1)));
  const share = held.reduce((sum, { rows }) => sum + rows, 0) / 30_000;
  assert.ok(share > 0.15 && share < 0.25, String(share));
  const other = await open(folder, { ...schema, split: { ...schema.split, seed: 6 } });
  assert.not.equal(other.scenarios[0].splits.test.rows, one.scenarios[0].splits.test.rows);
});

test('exact repeats are kept and counted, or dropped; rows per scenario can be limited', async () => {
  const folder = folderWith({ 'tiny.csv': `${tinyCsv}A,1,red,1,1,1\n` });
  const kept = await open(folder);
  assert.is(kept.scenarios[0].splits.train.rows, 5);
  assert.is(kept.facts?.repeatedRows, 1);
  const dropped = await open(folder, tinySchema, { duplicates: 'drop' });
  assert.is(dropped.scenarios[0].splits.train.rows, 4);
  assert.equal(dropped.facts?.dropped, { 'repeating another row': 1 });
  const lines = Array.from({ length: 900 }, (_, i) => `A,${1 + (i % 3)},red,${i},1,1`).join('\n');
  const limited = await open(folderWith({ 'tiny.csv': `${tinyCsv}${lines}\n` }), tinySchema, { rowsPerScenario: 300 });
  const { train, validation, test: last } = limited.scenarios[0].splits;
  assert.is(train.rows + validation.rows + last.rows, 300);
});

test('the cache gives the same data, notices a changed file, and repairs a damaged entry', async () => {
  const folder = folderWith({ 'tiny.csv': tinyCsv });
  const first = await open(folder);
  assert.is(plain(await open(folder)), plain(first));
  const entries = () => readdirSync(join(folder, 'cache', 'tiny')).filter((name) => name !== 'files');
  assert.is(entries().length, 1);
  writeFileSync(join(folder, 'cache', 'tiny', entries()[0], 'rows.parquet'), 'damaged');
  assert.is(plain(await open(folder)), plain(first));
  writeFileSync(join(folder, 'tiny.csv'), `${tinyCsv}B,1,blue,7,1,0\n`);
  const second = await open(folder);
  assert.not.equal(second.fingerprint, first.fingerprint);
  assert.is(second.scenarios[0].name, 'B');
  assert.is(entries().length, 2);
});

test('processes that fill one cache at once agree, and drafts of killed ones are removed', async () => {
  const folder = folderWith({ 'tiny.csv': tinyCsv, 'schema.json': JSON.stringify(tinySchema) });
  const abandoned = join(folder, 'cache', 'tiny', `draft-${hostname()}-999999999-killed`);
  mkdirSync(abandoned, { recursive: true });
  const script = `require(${JSON.stringify(join(__dirname, '../../lib/data/open.js'))})
    .openDataset('schema.json', { cache: 'cache' }).then((d) => console.log(d.fingerprint))`;
  const run = () => promisify(execFile)(process.execPath, ['-e', script], { cwd: folder });
  const prints = (await Promise.all([run(), run(), run()])).map(({ stdout }) => stdout.trim());
  assert.is(new Set(prints).size, 1);
  assert.is(prints[0].length, 64);
  assert.not.ok(existsSync(abandoned));
  assert.equal(readdirSync(join(folder, 'cache', 'tiny')).sort(), [prints[0].slice(0, 16), 'files'].sort());
});

test.run();

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type OpenOptions, openDataset } from '../../lib/data/open';
import type { DataSchema } from '../../lib/data/schema';
import { errorOf, folderWith, tinyCsv, tinySchema } from './tiny';

/** The error of opening `tiny.csv` with this content; checks that nothing was left in the cache. */
async function problem(
  csv: string | Buffer,
  schema: Partial<DataSchema> = {},
  options: OpenOptions = {},
): Promise<string> {
  const chosen = { ...tinySchema, ...schema };
  const folder = folderWith({ [String(chosen.sources[0].files)]: csv });
  const cache = join(folder, 'cache');
  const message = await errorOf(() => openDataset(chosen, { data: folder, cache, ...options }));
  const root = join(cache, chosen.name);
  if (existsSync(root))
    assert.equal(
      readdirSync(root).filter((name) => name !== 'files'),
      [],
    );
  if (process.env.PF_SHOW) console.log(`  ${message.replaceAll(folder, 'FOLDER')}`);
  return message;
}

/** `tinyCsv` with one line replaced; lines count from 1, as in an editor. */
function withLine(number: number, text: string): string {
  return tinyCsv
    .split('\n')
    .map((line, i) => (i + 1 === number ? text : line))
    .join('\n');
}

test('a missing folder, file or data set', async () => {
  assert.match(
    await errorOf(() => openDataset('kuairand-pure', { data: '/nowhere' })),
    /\/nowhere: there is no such folder/,
  );
  const folder = folderWith({ 'other.csv': tinyCsv });
  const message = await errorOf(() => openDataset(tinySchema, { data: folder }));
  assert.match(message, /no file matches "tiny.csv" \(source "sales" of "tiny"\); the folder has other.csv/);
  assert.match(
    await errorOf(() => openDataset(tinySchema, { data: [join(folder, 'no.csv')] })),
    /no.csv: there is no such file/,
  );
  const kept = process.env.PF_DATA;
  process.env.PF_DATA = folder;
  assert.match(
    await errorOf(() => openDataset('aliexpress')),
    /"aliexpress" was not found; looked in .*PF_DATA.*To get it: see data/,
  );
  if (kept === undefined) delete process.env.PF_DATA;
  else process.env.PF_DATA = kept;
  assert.match(await errorOf(() => openDataset('kuairand-prue')), /did you mean "kuairand-pure"\?/);
});

test('a column that does not exist, named with the nearest one', async () => {
  const fields = [{ kind: 'categorical' as const, name: 'color' }];
  assert.match(
    await problem(tinyCsv, { fields }),
    /field "color": there is no column "color" in tiny.csv; did you mean "colour"\?/,
  );
  const tasks = [{ name: 'buy', expression: 'bougt = 1' }];
  assert.match(await problem(tinyCsv, { tasks }), /task "buy": there is no column "bougt".*"bought"\?/);
  assert.match(
    await problem(tinyCsv, { scenario: { expression: 'land' } }),
    /scenario: there is no column "land".*choose one of: country/,
  );
  assert.match(await problem(tinyCsv, { never: ['piad'] }), /never: there is no column "piad"; did you mean "paid"\?/);
  assert.match(await problem(tinyCsv, { query: 'SELECT * FROM sale' }), /query: .*sale/);
});

test('a ragged row, named by file and line', async () => {
  assert.match(await problem(withLine(4, 'A,1,blue,5,1')), /tiny.csv, line 4: 5 values where 6 columns are expected/);
  assert.match(
    await problem(withLine(8, 'B,1,blue,1,0,0,0')),
    /tiny.csv, line 8: 7 values where 6 columns are expected/,
  );
  const sources = [{ name: 'sales', files: 'tiny.csv.gz' }];
  assert.match(await problem(gzipSync(withLine(4, 'A,1')), { sources }), /tiny.csv.gz, line 4: 2 values/);
});

test('a text in a numerical column, named by file, line, column and value', async () => {
  assert.match(
    await problem(withLine(5, 'A,1,,cheap,0,0')),
    /tiny.csv, line 5, column "price": "cheap" is not a number/,
  );
  const sources = [{ name: 'sales', files: 'tiny.csv', types: { price: 'float' as const } }];
  assert.match(
    await problem(withLine(5, 'A,1,,cheap,0,0'), { sources }),
    /line 5, column "price": "cheap" is not a number/,
  );
  const fields = [{ kind: 'numerical' as const, name: 'colour' }];
  assert.match(await problem(tinyCsv, { fields }), /line 2, column "colour": "red" is not a number/);
  const shifted = [{ kind: 'numerical' as const, name: 'price', expression: 'price - 2', transform: 'log1p' as const }];
  assert.match(await problem(tinyCsv, { fields: shifted }), /field "price": its least value is -1, .*signed-log1p/);
});

test('a label that is not 0, 1 or NULL', async () => {
  const tasks = [{ name: 'buy', expression: 'price' }];
  assert.match(
    await problem(tinyCsv, { tasks, fields: [tinySchema.fields[0]] }),
    /task "buy": the label is "3" in tiny.csv, data row 2; 9 rows/,
  );
});

test('an empty scenario, and a scenario missing from a split', async () => {
  const scenario = { expression: 'country', values: ['A', 'X'] };
  assert.match(await problem(tinyCsv, { scenario }), /scenario "X" has no rows; country has the values A, B/);
  assert.match(await problem(withLine(12, 'B,2,red,11,0,0').replace('B,3', 'B,2')), /scenario "B" has no test rows/);
  assert.match(await problem('country,day,colour,price,bought,paid\n'), /there are no rows/);
  const split = { by: { train: 'day < 3', validation: 'day = 2', test: 'day = 3' } };
  assert.match(await problem(tinyCsv, { split }), /split: 2 rows belong to two splits at once/);
});

test('files that cannot be read: empty, Parquet and gzip in name only, different columns', async () => {
  assert.match(await problem(''), /tiny.csv: the file is empty/);
  const parquet = [{ name: 'sales', files: 'tiny.parquet' }];
  assert.match(await problem(tinyCsv, { sources: parquet }), /tiny.parquet: not a readable Parquet file/);
  const gzip = [{ name: 'sales', files: 'tiny.csv.gz' }];
  assert.match(
    await problem(tinyCsv, { sources: gzip }),
    /tiny.csv.gz: not a whole gzip file \(incorrect header check\)/,
  );
  assert.match(
    await problem(gzipSync(tinyCsv.repeat(500)).subarray(0, 400), { sources: gzip }),
    /not a whole gzip file \(unexpected end of file\)/,
  );
  const both = [{ name: 'sales', files: ['1.csv', '2.csv'] }];
  const folder = folderWith({ '1.csv': tinyCsv, '2.csv': tinyCsv.replace('colour', 'color') });
  const message = await errorOf(() => openDataset({ ...tinySchema, sources: both }, { data: folder, cache: folder }));
  assert.match(message, /2.csv: column 3 is "color" where 1.csv has "colour"/);
});

test('an unknown option or a wrong value of one', async () => {
  const wrong = { thread: 2 } as OpenOptions;
  assert.match(await problem(tinyCsv, {}, wrong), /unknown option "thread"; did you mean "threads"\?/);
  assert.match(await problem(tinyCsv, {}, { rowsPerScenario: 0 }), /"limits.rowsPerScenario"/);
});

test.run();

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromDataFrame } from '../../lib/data/from-data-frame';
import { openDataset } from '../../lib/data/open';
import { synthetic } from '../../lib/data/synthetic/synthetic';
import { toDataFrame } from '../../lib/data/to-data-frame';
import { errorOf, folderWith, tinyCsv, tinySchema } from './tiny';

const { sources: _sources, ...frameSchema } = tinySchema;

test('a frame shows texts and unscaled numbers', async () => {
  const folder = folderWith({ 'tiny.csv': tinyCsv });
  const dataset = await openDataset(tinySchema, { data: folder, cache: join(folder, 'cache') });
  const frame = await toDataFrame(dataset, { scenario: 'A' });
  assert.equal(frame.columns, ['scenario', 'split', 'buy', 'pay', 'colour', 'price']);
  assert.equal(frame.values, [
    ['A', 'train', 1, 1, 'red', 1],
    ['A', 'train', 0, 0, 'red', 3],
    ['A', 'train', 1, 0, 'blue', 5],
    ['A', 'train', 0, 0, '(missing)', 7],
  ]);
  assert.equal((await toDataFrame(dataset, { split: 'validation', fields: ['colour'] })).values, [
    ['A', 'validation', 1, 1, '(unseen)'],
    ['B', 'validation', 0, 0, 'red'],
  ]);
});

test('a frame has at most the asked rows, evenly spaced over all scenarios', async () => {
  const frame = await toDataFrame(synthetic({ scale: 0.05 }), { rows: 100, fields: ['numerical_1'] });
  assert.equal(frame.shape, [100, 5]);
  const counts = frame.scenario.valueCounts();
  assert.equal(counts.index, ['NL', 'ES', 'FR', 'US']);
  assert.equal(counts.values, [40, 30, 20, 10]);
});

test('a frame becomes the same data set as the file it came from', async () => {
  const folder = folderWith({ 'tiny.csv': tinyCsv });
  const cache = join(folder, 'cache');
  const fromFile = await openDataset(tinySchema, { data: folder, cache });
  const danfo: typeof import('danfojs-node') = require('danfojs-node');
  const rows = tinyCsv
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const values = rows
    .slice(1)
    .map((row) => row.map((text, k) => (text === '' ? null : k === 0 || k === 2 ? text : Number(text))));
  const frame = new danfo.DataFrame(values, { columns: rows[0] });
  const fromFrame = await fromDataFrame(frame, frameSchema, { cache });
  assert.equal(fromFrame.scenarios, fromFile.scenarios);
  assert.equal(fromFrame.categorical, fromFile.categorical);
  assert.not.ok(readdirSync(join(cache, 'tiny')).some((name) => name.startsWith('draft')));
});

test('mistakes are named', async () => {
  const dataset = synthetic({ scale: 0.01 });
  assert.match(
    await errorOf(() => toDataFrame(dataset, { scenario: 'NLL' })),
    /no scenario "NLL"; did you mean "NL"\?/,
  );
  assert.match(await errorOf(() => toDataFrame(dataset, { fields: ['numerical_99'] })), /no field "numerical_99"/);
  const danfo: typeof import('danfojs-node') = require('danfojs-node');
  const frame = new danfo.DataFrame({
    country: ['A', 'B'],
    day: [1, 1],
    price: ['1', 'dear'],
    bought: [1, 0],
    paid: [1, 0],
  });
  const schema = { ...frameSchema, fields: [{ kind: 'numerical' as const, name: 'price' }] };
  const folder = folderWith({});
  const message = await errorOf(() => fromDataFrame(frame, schema, { cache: folder }));
  assert.match(message, /^data frame, line 3, column "price": "dear" is not a number/);
  assert.not.ok(existsSync(join(folder, 'tiny', 'frame.csv')));
  const absent = { ...frameSchema, fields: [{ kind: 'numerical' as const, name: 'prize' }] };
  assert.match(
    await errorOf(() => fromDataFrame(frame, absent, { cache: folder })),
    /there is no column "prize" in the data frame; did you mean "price"\?/,
  );
  const leaking = { ...frameSchema, fields: [{ kind: 'numerical' as const, name: 'buy' }] };
  assert.match(await errorOf(() => fromDataFrame(frame, leaking, { cache: folder })), /the field is the label/);
});

test.run();

import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDataset } from '../../lib/data/open';
import type { DataSchema, FieldRule } from '../../lib/data/schema';
import { drawsFrom } from '../../lib/data/synthetic/draws';
import { errorOf, folderWith, tinyCsv, tinySchema } from './tiny';

const withFields = (...fields: FieldRule[]): DataSchema => ({ ...tinySchema, never: ['*_time'], fields });

test('a field that reads a column of a label is an error', async () => {
  const folder = folderWith({ 'tiny.csv': tinyCsv });
  const error = (schema: DataSchema) => errorOf(() => openDataset(schema, { data: folder, cache: folder }));
  const direct = await error(withFields({ kind: 'categorical', name: 'paid' }));
  assert.match(
    direct,
    /field "paid" reads the column "paid", which is part of the label of task "pay"; remove the field/,
  );
  const hidden = await error(withFields({ kind: 'numerical', name: 'sum', expression: 'price + 2 * BOUGHT' }));
  assert.match(hidden, /field "sum" reads the column "bought", which is part of the label of task "buy"/);
});

test('a field that "never" names is an error, also by pattern', async () => {
  const folder = folderWith({ 'tiny.csv': tinyCsv.replace('price', 'play_time') });
  const schema = withFields({ kind: 'numerical', name: 'length', expression: 'ln(1 + play_time)' });
  const message = await errorOf(() => openDataset(schema, { data: folder, cache: folder }));
  assert.match(message, /field "length" reads the column "play_time", which "never" excludes \("\*_time"\)/);
});

test('a field that alone gives a label away is a warning; ids that occur once are not', async () => {
  const draws = drawsFrom(1);
  const lines = Array.from({ length: 6000 }, (_, i) => {
    const label = draws.uniform() < 0.3 ? 1 : 0;
    const told = label === 1 ? 10 + draws.uniform() : draws.uniform() * 10.2;
    const code = label === 1 ? `y${i % 40}` : `n${i % 40}`;
    return `${'AB'[i % 2]},${1 + (i % 3)},u${i},${told},${-told},${code},${draws.normal()},same,${label}`;
  });
  const folder = folderWith({
    'rows.csv': `country,day,user,told,backwards,code,noise,constant,bought\n${lines.join('\n')}\n`,
  });
  const schema: DataSchema = {
    ...tinySchema,
    sources: [{ name: 'rows', files: 'rows.csv' }],
    tasks: [{ name: 'bought' }],
    fields: [
      ...['user', 'code', 'constant'].map((name) => ({ kind: 'categorical' as const, name })),
      ...['told', 'backwards', 'noise'].map((name) => ({ kind: 'numerical' as const, name })),
    ],
  };
  const dataset = await openDataset(schema, { data: folder, cache: join(folder, 'cache') });
  const named = dataset.warnings.map((warning) => /field "(\w+)" alone predicts bought/.exec(warning)?.[1]);
  assert.equal(named, ['code', 'told', 'backwards']);
  const again = await openDataset(schema, { data: folder, cache: join(folder, 'cache') });
  assert.equal(again.warnings, dataset.warnings);
});

test.run();

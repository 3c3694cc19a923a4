import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dataCard } from '../../lib/data/card';
import { dataCardText } from '../../lib/data/card-text';
import { openDataset } from '../../lib/data/open';
import { synthetic } from '../../lib/data/synthetic/synthetic';
import { folderWith, tinyCsv, tinySchema } from './tiny';

test('counts rows, labels, missing and unseen values', async () => {
  const folder = folderWith({ 'tiny.csv': `${tinyCsv}A,3,violet,2,0,0\nA,4,red,2,0,0\n` });
  const card = dataCard(await openDataset(tinySchema, { data: folder, cache: join(folder, 'cache') }));
  assert.is(card.rows, 13);
  assert.is(card.sourceRows, 14);
  assert.equal(card.dropped, { 'of no split': 1 });
  assert.equal(card.parts[0], { scenario: 'A', split: 'train', rows: 4, positives: [2, 1] });
  assert.equal(card.categorical, [{ name: 'colour', size: 5, missing: 1, unseenInTest: 1, foldedValues: 0 }]);
  assert.is(card.numerical[0].missing, 1);
  const text = dataCardText(card);
  assert.match(text, /13 rows, 1 categorical and 1 numerical fields, tasks buy, pay/);
  assert.match(text, /A +│ +4 │ 50.00 % │ 25.00 %/);
  assert.match(text, /colour +│ +5 │ +7.69 % │ +33.33 %/);
});

test('shows the best possible AUC of generated data', () => {
  const dataset = synthetic({ scale: 0.05 });
  const text = dataCardText(dataCard(dataset));
  assert.match(text, /best test AUC click/);
  assert.match(text, new RegExp(dataset.bayesAuc![0][0]!.toFixed(3).replace('.', '\\.')));
});

test.run();

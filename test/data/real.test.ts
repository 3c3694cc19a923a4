import { copyFileSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dataCard } from '../../lib/data/card';
import { openDataset } from '../../lib/data/open';
import { projectRoot } from '../../lib/data/paths';

const parent = process.env.PF_DATA ?? join(projectRoot(), '..', 'shared', 'data');
const cache = mkdtempSync(join(tmpdir(), 'pf-cache-'));

/** A test that needs real data, skipped with a word where they are absent. */
function realTest(folder: string, what: string, action: (folder: string) => Promise<void>): void {
  const path = join(parent, folder);
  if (existsSync(path)) test(what, () => action(path));
  else test.skip(`${what} (skipped: no folder "${folder}" in PF_DATA)`);
}

realTest('kuairand-pure', 'KuaiRand-Pure has the published counts and rates', async (data) => {
  const started = performance.now();
  const dataset = await openDataset('kuairand-pure', { data, cache });
  const raw = performance.now() - started;
  const again = performance.now();
  await openDataset('kuairand-pure', { data, cache });
  const cached = performance.now() - again;
  // Generous, since tests share the machine; the benchmark prints the real figures.
  assert.ok(raw < 20_000 && cached < 3_000, `${raw} ms raw, ${cached} ms cached`);
  const card = dataCard(dataset);
  assert.is(dataset.categorical.length, 34);
  assert.is(dataset.numerical.length, 7);
  assert.is(card.sourceRows, 228_329);
  assert.is(card.repeatedRows, 5_460);
  assert.is(card.rows, 173_008 + 20_254 + 13_647 + 11_208 + 6_909);
  const rows = (name: string) => card.parts.filter(({ scenario }) => scenario === name).map((part) => part.rows);
  assert.equal(rows('tab 1'), [116_077, 13_745, 43_186]);
  assert.equal(rows('tab 2'), [4_292, 492, 2_125]);
  assert.equal(dataset.warnings, []);
  assert.is(dataset.categorical.find(({ name }) => name === 'hour')?.size, 26);
});

realTest('census-income', 'Census-Income is read without a header; family status is named as a leak', async (data) => {
  const dataset = await openDataset('census-income', { data, cache });
  assert.is(dataset.facts?.sourceRows, 99_762);
  assert.is(dataset.scenarios.length, 7);
  assert.equal(dataset.tasks, ['income', 'never_married']);
  assert.ok(![...dataset.categorical, ...dataset.numerical].some(({ name }) => name === 'marital_status'));
  assert.is(dataset.warnings.length, 1);
  assert.match(dataset.warnings[0], /"family_status" alone predicts never_married/);
  const migration = dataCard(dataset).categorical.find(({ name }) => name === 'migration_msa');
  assert.ok(migration!.missing > 40_000);
});

realTest(
  'aliexpress-sample',
  'AliExpress: a folder per country, validation cut from train by search',
  async (samples) => {
    const folder = mkdtempSync(join(tmpdir(), 'pf-aliexpress-'));
    for (const country of ['NL', 'ES']) {
      mkdirSync(join(folder, `AliExpress_${country}`));
      for (const split of ['train', 'test']) {
        copyFileSync(join(samples, `fuxictr-${split}-1000.csv`), join(folder, `AliExpress_${country}`, `${split}.csv`));
      }
    }
    const dataset = await openDataset('aliexpress', { data: folder, cache });
    assert.equal(dataset.scenarios.map(({ name }) => name).sort(), ['ES', 'NL']);
    assert.is(dataset.categorical.length, 16);
    assert.is(dataset.numerical.length, 63);
    for (const { splits } of dataset.scenarios) {
      assert.is(splits.train.rows + splits.validation.rows, 1000);
      assert.is(splits.test.rows, 1000);
      assert.ok(splits.validation.rows > 40 && splits.validation.rows < 180, String(splits.validation.rows));
    }
  },
);

test.run();

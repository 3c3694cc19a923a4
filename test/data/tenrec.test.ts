import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDataset } from '../../lib/data/open';

const header = 'user_id,item_id,click,follow,like,share,video_category,watching_times,gender,age';

/** Impressions of one app: `rows` of them, with a missing category now and then. */
const impressions = (rows: number) =>
  Array.from({ length: rows }, (_, i) => {
    const [click, like] = [Number(i % 3 === 0), Number(i % 5 === 0)];
    return `${i % 7},${i % 11},${click},0,${like},0,${i % 4 === 0 ? '\\N' : i % 4},${3 * click},${i % 2},${i % 6}`;
  });

test('the two video files are two scenarios; what is known afterwards is no field', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf-data-'));
  const write = (name: string, rows: number) =>
    writeFileSync(join(folder, name), `${[header, ...impressions(rows)].join('\n')}\n`);
  write('QK-video.csv', 300);
  write('QB-video.csv', 120);
  const dataset = await openDataset('tenrec', { data: folder, cache: join(folder, 'cache') });
  const rowsOf = (name: string) => {
    const { splits } = dataset.scenarios.find((scenario) => scenario.name === name)!;
    return splits.train.rows + splits.validation.rows + splits.test.rows;
  };
  assert.equal([rowsOf('QK-video'), rowsOf('QB-video')], [300, 120]);
  assert.equal(dataset.tasks, ['click', 'like']);
  assert.equal(
    dataset.categorical.map(({ name }) => name),
    ['user_id', 'item_id', 'video_category', 'gender', 'age'],
  );
  const { train, validation, test: held } = dataset.scenarios[0].splits;
  const sum = (task: number) =>
    [train, validation, held].reduce((all, { labels }) => all + labels[task].reduce((one, label) => one + label, 0), 0);
  assert.equal([sum(0), sum(1)], [100, 20]); // likes without a click do not count
  const category = dataset.categorical[2];
  assert.equal([...category.values].sort(), ['(missing)', '(unseen)', '1', '2', '3']);
  rmSync(folder, { recursive: true });
});

test.run();

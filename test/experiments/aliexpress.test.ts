import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { synthetic } from '../../lib/data/synthetic/synthetic';
import type { Split } from '../../lib/data/types';
import { studies } from '../../lib/experiments/studies';
import { runStudy, type StudyRow } from '../../lib/experiments/study';
import { studyOf } from '../../lib/experiments/study-of';
import { factsOf, studyResultTables } from '../../lib/report/study';

/** Writes generated rows in the 82 columns of the public files. */
function writeCountries(folder: string): void {
  const { scenarios, categorical, numerical } = synthetic({ scale: 0.02 });
  const names = [
    ...categorical.map((_, k) => `categorical_${k + 1}`),
    ...numerical.map((_, k) => `numerical_${k + 1}`),
  ];
  const header = ['search_id', ...names, 'click', 'conversion'].join(',');
  const lines = ({ rows, ids, numbers, labels }: Split) =>
    Array.from({ length: rows }, (_, i) =>
      [i >> 1, ...[...ids, ...numbers, ...labels].map((column) => column[i])].join(),
    );
  for (const { name, splits } of scenarios) {
    const country = join(folder, `AliExpress_${name}`);
    mkdirSync(country);
    for (const split of ['train', 'test'] as const) {
      writeFileSync(join(country, `${split}.csv`), `${[header, ...lines(splits[split])].join('\n')}\n`);
    }
  }
}

test("the paper's main table is made from files in the public layout, with the public figures beside it", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf-aliexpress-'));
  writeCountries(folder);
  process.env.PF_CACHE = join(folder, 'cache');
  const config = { rounds: 1, model: { embedding: 2, experts: 2, expertLayers: [4], towerLayers: [] } };
  const study = studyOf(studies.aliexpress, {
    size: 'quick',
    data: folder,
    seeds: [1],
    methods: ['fedbn', 'pf-msmtrec'],
    config,
  });
  const rows: StudyRow[] = [];
  for await (const own of runStudy(study)) rows.push(...own);
  assert.is(rows.length, 2 * 4 * 2);
  assert.equal([...new Set(rows.map(({ scenario }) => scenario))].sort(), ['ES', 'FR', 'NL', 'US']);

  // Beside the quick table nothing is printed: its rows are not those of the public figures.
  const facts = (name: string) => factsOf({ name, rows });
  assert.is(facts('aliexpress-quick').references, undefined);
  const [table] = studyResultTables(facts('aliexpress'), rows);
  const row = (name: string) => table.rows.find((one) => one.name === name)!;
  assert.equal([row('fedbn').kind, row('PLE (MTReclib)').kind], ['method', 'reference']);
  const click = table.columns.findIndex(({ group, label }) => group === 'click' && label === 'US');
  assert.is(row('PLE (MTReclib)').cells[click].value, 0.7138);
  rmSync(folder, { recursive: true });
});

test.run();

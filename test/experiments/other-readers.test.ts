import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { DataFrame } from 'danfojs-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openStore, readStore } from '../../lib';
import { madeUpResults, madeUpRounds } from '../report/made-up';

/** A results folder; one AUC is undefined, so one line has an entry that the others lack. */
function filled(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pf-readers-'));
  const store = openStore(folder, { name: 'made up' });
  for (const record of madeUpRounds(2)) store.appendRound(record);
  const [first, ...rest] = madeUpResults();
  store.writeResults([...rest, { ...first, auc: null, aucError: null, reason: 'no positive row' }]);
  store.close();
  return folder;
}

test('DuckDB reads result files in one line of SQL', async () => {
  const folder = filled();
  const duckdb = await (await DuckDBInstance.create()).connect();
  const means = await duckdb.runAndReadAll(
    `SELECT method, round(avg(auc), 4) AS auc, count(*)::INT AS lines FROM read_json_auto('${folder}/results.jsonl') WHERE task = 'click' GROUP BY method ORDER BY method`,
  );
  assert.equal(
    means.getRowObjectsJS().map(({ method, lines }) => `${method} ${lines}`),
    ['central 12', 'fedavg 12', 'fedbn 12', 'local 12'],
  );
  const rounds = await duckdb.runAndReadAll(
    `SELECT method, seed, round, macro.click AS auc, bytes.up + bytes.down AS bytes FROM read_json_auto('${folder}/rounds.jsonl') ORDER BY ALL LIMIT 1`,
  );
  assert.is(rounds.getRowObjectsJS()[0].method, 'central');
  duckdb.closeSync();
});

test('Danfo takes result lines as they are', () => {
  const frame = new DataFrame([...readStore(filled()).results]);
  assert.equal(frame.shape[0], 96);
  const means = frame
    .loc({ rows: frame.task.eq('conversion') })
    .groupby(['method'])
    .col(['auc'])
    .mean();
  assert.equal(means.method.values, ['local', 'fedavg', 'fedbn', 'central']);
  assert.ok((means.auc_mean.values as number[]).every((auc) => auc > 0.7 && auc < 0.85));
});

test.run();

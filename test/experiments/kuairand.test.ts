import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../lib/data/paths';
import { studies } from '../../lib/experiments/studies';
import { readStudyRows, settingText } from '../../lib/experiments/study';
import { tuningTable } from '../../lib/report/paired';

const stored = (name: string) => readStudyRows(join(projectRoot(), 'notebooks', 'results', `${name}.jsonl`));

test('the table of KuaiRand has the settings that the stored search marked, and the search gave all the same budget', () => {
  const table = tuningTable(stored('kuairand-tuning'));
  const { points } = studies.kuairand({});
  for (const method of ['local', 'fedavg', 'fedbn', 'pf-msmtrec', 'central']) {
    const own = table.filter((line) => line.method === method);
    assert.is(own.length, 4, method);
    const point = points.find(({ config }) => config.methods.includes(method));
    if (!point) throw new Error(`no point has ${method}`);
    const { optimizer, model } = point.config;
    const setting = settingText({ learningRate: optimizer.learningRate, dropout: model.dropout });
    assert.is(own.find(({ chosen }) => chosen)?.candidate, setting, method);
  }
});

test('the search reads validation, on seeds that the table does not have', () => {
  const search = studies['kuairand-tuning']({});
  assert.is(search.split, 'validation');
  const seeds = new Set(studies.kuairand({}).points.flatMap(({ config }) => config.seeds));
  assert.not.ok(search.points.some(({ config }) => config.seeds.some((seed) => seeds.has(seed))));
});

test.run();

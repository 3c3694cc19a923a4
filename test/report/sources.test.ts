import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openStore, readSources, reportText, StoreError, sourcesHtml } from '../../lib';
import { madeUpResults, madeUpRounds } from './made-up';

/** A folder with two results folders and a study. */
function filled(): string {
  const root = mkdtempSync(join(tmpdir(), 'pf-sources-'));
  for (const [name, learningRate] of [
    ['one', 0.1],
    ['two', 0.2],
  ] as const) {
    const dataset = { name: 'made up', fingerprint: 'f00' };
    const store = openStore(join(root, name), { name, dataset, optimizer: { learningRate } });
    for (const record of madeUpRounds(2)) store.appendRound(record);
    store.writeResults(madeUpResults());
    store.close();
  }
  mkdirSync(join(root, 'mine'));
  const rows = madeUpResults().map((line) => ({ ...line, setting: {}, selection: 'per-client' }));
  writeFileSync(join(root, 'mine', 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return root;
}

test('results are found in folders, below folders and in files', () => {
  const root = filled();
  const all = readSources([root]);
  assert.equal(
    all.runs.map(({ configuration }) => configuration.name),
    ['one', 'two'],
  );
  assert.equal(
    all.studies.map(({ name }) => name),
    ['mine'],
  );
  const single = readSources([join(root, 'one', 'results.jsonl'), join(root, 'mine', 'rows.jsonl')]);
  assert.is(single.runs[0].configuration.name, 'one');
  assert.is(single.studies[0].name, 'mine');
  const bare = join(root, 'bare.jsonl');
  writeFileSync(bare, `${JSON.stringify(madeUpResults()[0])}\n`);
  assert.equal(readSources([bare]).runs[0].configuration, {});
});

test('a place without results is named', () => {
  const root = mkdtempSync(join(tmpdir(), 'pf-sources-'));
  const message = (path: string) => {
    try {
      readSources([path]);
    } catch (error) {
      assert.instance(error, StoreError);
      return (error as Error).message;
    }
    return '';
  };
  assert.match(message(join(root, 'absent')), 'There are no results at');
  assert.match(message(root), 'neither it nor a folder in it has a config.json');
  writeFileSync(join(root, 'other.jsonl'), '{"a":1}\n');
  assert.match(message(join(root, 'other.jsonl')), 'holds no result lines');
});

test('one page of several results keeps configurations apart and says what was run', () => {
  const page = sourcesHtml(readSources([filled()]));
  assert.match(page, '24 finished runs (method and seed), 1 study.');
  assert.match(page, 'fedavg (learningRate 0.1)');
  assert.match(page, 'Configurations differ: optimizer.learningRate is 0.1 in');
  assert.match(page, 'made up (f00)');
  assert.match(page, '<h2>Study: mine</h2>');
  assert.match(page, 'What was run');
});

test('tables of several results as text, Markdown, LaTeX and CSV', () => {
  const sources = readSources([filled()]);
  const text = reportText(sources, 'text', 100);
  assert.match(text, 'Note: Configurations differ');
  assert.match(text, 'Test AUC, made up, one common round for all clients');
  assert.match(reportText(sources, 'markdown'), '> Configurations differ');
  const latex = reportText(sources, 'latex');
  assert.match(latex, /^% Configurations differ/);
  assert.match(latex, '\\caption{Test AUC, mine.');
  const csv = reportText(sources, 'csv');
  assert.is(csv.split('\r\n').filter((line) => line.startsWith('table,')).length, 1);
  assert.match(csv, '"Test AUC, mine",central,method,3,click,NL,');
});

test('text shows the selection that the configuration names, CSV both', () => {
  const own = madeUpResults().map((line) => ({ ...line, selection: 'per-client' as const }));
  const results = [...madeUpResults(), ...own];
  const stored = { folder: 'a', configuration: { selection: 'common' }, rounds: [], results, references: [] };
  const sources = { runs: [stored], studies: [] };
  const text = reportText(sources, 'markdown');
  assert.match(text, 'one common round for all clients');
  assert.not.match(text, 'each client at its own best round');
  assert.match(reportText(sources, 'csv'), 'each client at its own best round');
});

test.run();

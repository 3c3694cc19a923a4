import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  aucByRound,
  figureBundle,
  liveFigure,
  openStore,
  resultTable,
  showTable,
  tableText,
  writeFigure,
  writeReport,
} from '../../lib';
import { madeUpResults, madeUpRounds, REFERENCES } from './made-up';

function printed(action: () => void): string[] {
  const lines: string[] = [];
  const { log } = console;
  console.log = (text: unknown) => lines.push(String(text));
  try {
    action();
  } finally {
    console.log = log;
  }
  return lines;
}

function filled(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pf-report-'));
  const store = openStore(folder, { name: 'a </script> name', model: { experts: [8, 4] } });
  for (const record of madeUpRounds(3)) store.appendRound(record);
  store.writeResults(madeUpResults());
  store.writeReferences(REFERENCES);
  store.writeDataCard('<script>alert(1)</script>');
  store.close();
  return folder;
}

test('a report is one file that asks nobody for anything', () => {
  const folder = filled();
  const path = writeReport(folder);
  assert.is(path, join(folder, 'report.html'));
  assert.equal(readdirSync(folder).sort(), [
    'config.json',
    'data-card.txt',
    'origins.json',
    'references.json',
    'report.html',
    'results.jsonl',
    'rounds.jsonl',
  ]);
  const page = readFileSync(path, 'utf8');
  assert.not.match(page, /(?:src|href)="(?!data:)/);
  assert.not.match(page, /url\(|@import/);
  assert.match(page, '<title>a &lt;/script&gt; name</title>');
  assert.match(page, '&lt;script&gt;alert(1)&lt;/script&gt;');
  assert.match(page, '<th scope="row">model.experts</th><td>8, 4</td>');
  assert.match(page, '12 finished runs (method and seed).');
  assert.is(page.split('data-figure="').length - 1, 6);
});

test('plotly.js inside the report is the installed file', () => {
  const page = readFileSync(writeReport(filled()), 'utf8');
  const packed = /<script type="text\/plain" id="plotly">([^<]*)<\/script>/.exec(page)![1];
  const installed = readFileSync(require.resolve('plotly.js-dist'));
  assert.ok(gunzipSync(Buffer.from(packed, 'base64')).equals(installed));
});

test('the data of a figure comes back from the page, whatever its names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf-report-'));
  const path = join(folder, 'figure.html');
  const figure = { data: [{ type: 'bar', x: ['</script><b>'], y: [1] }], layout: { title: { text: 'A' } } };
  writeFigure(figure, path);
  const stored = /data-figure="figure-0">(.*)<\/script>/.exec(readFileSync(path, 'utf8'))![1];
  assert.equal(JSON.parse(stored), figure);
});

test('a run that was only begun has a report, too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf-report-'));
  const store = openStore(folder, { name: 'begun' });
  writeReport(folder);
  store.appendRound(madeUpRounds(1)[0]);
  store.close();
  const page = readFileSync(writeReport(folder), 'utf8');
  assert.match(page, '0 finished runs (method and seed), 1 unfinished: shown by round, not among the test results.');
});

test('an unknown folder is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pf-report-'));
  writeFileSync(join(folder, 'other.txt'), '');
  assert.throws(() => writeReport(folder), `${folder} is not a results folder`);
});

test('a figure carries a form for each viewer', () => {
  const bundle = figureBundle(aucByRound(madeUpRounds(2)));
  assert.equal(Object.keys(bundle), ['application/vnd.plotly.v1+json', 'text/html', 'text/plain']);
  assert.is(
    bundle['text/plain'],
    '[Figure: Validation AUC by round (local, fedavg, fedbn, central). It is drawn in JupyterLab.]',
  );
  const standalone = figureBundle(aucByRound(madeUpRounds(2)), { standalone: true });
  assert.match(String(standalone['text/html']).slice(0, 100), '<iframe srcdoc="&lt;!DOCTYPE html&gt;');
});

test('in a plain process a live figure prints one line, a table its text', () => {
  const figure = aucByRound(madeUpRounds(2));
  const live = liveFigure();
  assert.equal(
    printed(() => {
      live.update(figure);
      live.update(figure);
    }),
    ['[Figure: Validation AUC by round (local, fedavg, fedbn, central). It is drawn in JupyterLab.]'],
  );
  const table = resultTable(madeUpResults());
  assert.equal(
    printed(() => showTable(table)),
    [tableText(table, { width: 110 })],
  );
});

test.run();

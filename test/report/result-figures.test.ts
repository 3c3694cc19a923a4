import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  aucByTraffic,
  BrowserError,
  criticalDifferenceFigure,
  type Figure,
  methodRanks,
  methodStyle,
  reportFigures,
  type StudyRow,
  scenarioHeatMap,
  sensitivity,
  writeFigureImages,
} from '../../lib';
import { seedsText } from '../../lib/report/figures/captions';
import { METHODS, madeUpResults, madeUpRounds, SCENARIOS } from './made-up';

const captionOf = ({ layout }: Figure) => (layout.title as { subtitle: { text: string } }).subtitle.text;

test('heat map: AUC in the cells, colour by the distance to the mean of the methods', () => {
  const figure = scenarioHeatMap(madeUpResults());
  assert.is(figure.data.length, 2);
  const [click] = figure.data;
  assert.equal([click.x, click.y], [SCENARIOS, METHODS]);
  assert.equal((click.text as string[][])[0], ['0.7004', '0.7124', '0.7244', '0.7364']);
  const gains = click.z as number[][];
  for (const column of SCENARIOS.keys()) assert.ok(Math.abs(gains.reduce((sum, row) => sum + row[column], 0)) < 1e-12);
  const { cmin, cmax } = figure.layout.coloraxis as { cmin: number; cmax: number };
  assert.is(cmin, -cmax);
  assert.ok(gains.flat().every((gain) => Math.abs(gain) <= cmax));
  assert.match(captionOf(figure), 'mean over n = 3 seeds');
  assert.equal(JSON.parse(JSON.stringify(figure)), figure);
});

test('heat map: an undefined cell is empty', () => {
  const lines = madeUpResults().map((line) =>
    line.method === 'local' && line.scenario === 'NL' ? { ...line, auc: null } : line,
  );
  assert.is((scenarioHeatMap(lines).data[0].z as (number | null)[][])[0][0], null);
});

test('critical difference: best on top, bars of half the difference, colours of the methods', () => {
  const ranks = methodRanks(madeUpResults())!;
  const figure = criticalDifferenceFigure(ranks);
  assert.equal(
    figure.data.map(({ name }) => name),
    ['central', 'fedbn', 'fedavg', 'local'],
  );
  const [best] = figure.data;
  assert.is((best.error_x as { array: number[] }).array[0], ranks.criticalDifference / 2);
  assert.is((best.marker as { color: string }).color, methodStyle('central').colour);
  assert.match(captionOf(figure), 'n = 8 blocks');
});

/** Two methods at four learning rates and two dropouts, three seeds. */
const rows: StudyRow[] = ['local', 'fedavg'].flatMap((method, m) =>
  [0.001, 0.004, 0.016, 0.064].flatMap((learningRate, r) =>
    [0.2, 0.4].flatMap((dropout) =>
      [1, 2, 3].map(
        (seed): StudyRow => ({
          ...{ method, seed, setting: { learningRate, dropout }, scenario: 'NL', task: 'click', round: 1 },
          ...{
            auc: 0.7 + 0.01 * m - 0.005 * r + 0.001 * seed,
            selection: 'per-client',
            split: 'test',
            bytes: 0,
            seconds: 0,
          },
        }),
      ),
    ),
  ),
);

test('sensitivity: a curve per method and per value of the other settings, logarithmic where values grow by factors', () => {
  const figure = sensitivity(rows);
  assert.equal(
    figure.data.map(({ name }) => name),
    ['local, dropout 0.2', 'local, dropout 0.4', 'fedavg, dropout 0.2', 'fedavg, dropout 0.4'],
  );
  const [first] = figure.data;
  assert.equal(first.customdata, [0.001, 0.004, 0.016, 0.064]);
  assert.equal(
    (first.y as number[]).map((value) => value.toFixed(3)),
    ['0.702', '0.697', '0.692', '0.687'],
  );
  // Deviation .001, t(2) = 4.303: 4.303 · .001 / √3.
  assert.is((first.error_y as { array: number[] }).array[0].toFixed(5), '0.00248');
  assert.is((figure.layout.xaxis as { type: string }).type, 'log');
  assert.match(captionOf(figure), 'mean and 95 % interval over n = 3 seeds');
  const byDropout = sensitivity(rows, { setting: 'dropout' });
  assert.is((byDropout.layout.xaxis as { type?: string }).type, undefined);
  assert.is(byDropout.data.length, 8);
});

test('sensitivity: two seeds have no interval', () => {
  const figure = sensitivity(rows.filter(({ seed }) => seed < 3));
  assert.is((figure.data[0].error_y as { visible: boolean }).visible, false);
  assert.match(captionOf(figure), '; mean over n = 2 seeds.');
});

test('captions count the seeds of each method', () => {
  const run = (method: string, seed: number) => ({ method, seed });
  assert.is(seedsText([]), 'n = 0 seeds');
  assert.is(seedsText([run('a', 1), run('a', 1)]), 'n = 1 seed');
  assert.is(seedsText([run('a', 1), run('a', 2), run('b', 1)]), 'n = 1 to 2 seeds');
});

test('the figures of a report have names of their own', () => {
  const configuration = { name: 'made up' };
  const stored = { folder: 'a', configuration, rounds: madeUpRounds(2), results: madeUpResults(), references: [] };
  assert.equal(
    reportFigures({ runs: [stored, { ...stored, folder: 'b' }], studies: [] })
      .map(({ name }) => name)
      .filter((name) => name.startsWith('test') || name.startsWith('mean')),
    [
      ...['test-auc-by-scenario', 'test-auc-by-method-and-scenario', 'mean-ranks-and-what-can-be-told-apart'],
      ...['test-auc-by-scenario-2', 'test-auc-by-method-and-scenario-2', 'mean-ranks-and-what-can-be-told-apart-2'],
    ],
  );
});

test('a picture without a browser, or of another kind, is one sentence', async () => {
  const figure = scenarioHeatMap(madeUpResults());
  const messageOf = async (path: string) => {
    try {
      await writeFigureImages([{ figure, path }]);
    } catch (error) {
      assert.instance(error, BrowserError);
      return (error as Error).message;
    }
    return '';
  };
  assert.match(await messageOf('a.gif'), 'a.gif: pictures are SVG or PNG');
  const before = process.env.PF_CHROMIUM;
  process.env.PF_CHROMIUM = '/nowhere/chromium';
  try {
    assert.match(await messageOf('a.svg'), /none was found \(\/nowhere\/chromium\)\. Install Chromium/);
  } finally {
    if (before === undefined) delete process.env.PF_CHROMIUM;
    else process.env.PF_CHROMIUM = before;
  }
});

test('sensitivity: values from 0 on that grow by tens stand side by side', () => {
  const weights = [0, 1e-4, 1e-3, 1e-2];
  const weight = (rate: number) => weights[[0.001, 0.004, 0.016, 0.064].indexOf(rate)];
  const figure = sensitivity(
    rows
      .filter(({ setting }) => setting.dropout === 0.2)
      .map((row) => ({ ...row, setting: { weight: weight(Number(row.setting.learningRate)) } })),
  );
  assert.is((figure.layout.xaxis as { type: string }).type, 'category');
  assert.equal((figure.layout.xaxis as { categoryarray: number[] }).categoryarray, weights);
  assert.equal(figure.data[0].x, weights);
});

test('AUC by traffic: a point per method and setting, joined in the order of what was sent', () => {
  const sent = rows.map((row) => ({
    ...row,
    bytes: 4e6 * (1 - 10 * Number(row.setting.learningRate)) + 1e6 * Number(row.setting.dropout),
  }));
  const figure = aucByTraffic(sent);
  assert.equal(
    figure.data.map(({ name }) => name),
    ['local', 'fedavg'],
  );
  const x = figure.data[0].x as number[];
  assert.is(x.length, 8);
  assert.equal(
    x,
    [...x].sort((one, other) => one - other),
  );
  assert.ok(Math.abs(x[7] - 4.36) < 1e-9); // 4 · .99 + .4 MB
  assert.match(captionOf(figure), '(MB)');
  assert.match(captionOf(figure), 'n = 3 seeds');
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  aucByBytes,
  aucByRound,
  aucByScenario,
  type FigureTrace,
  lossByRound,
  methodStyle,
  type RoundRecord,
} from '../../lib';
import { METHODS, madeUpResults, madeUpRounds, REFERENCES } from './made-up';

function round(method: string, seed: number, number: number, auc: number | null, up = 0): RoundRecord {
  return {
    ...{ method, seed, round: number, diagnostics: {}, seconds: { local: 1, aggregate: 0, evaluate: 0 } },
    clients: [
      { client: 'NL', steps: 3, loss: 0.2 },
      { client: 'ES', steps: 1, loss: 0.6 },
    ],
    validation: [{ scenario: 'NL', task: 'click', auc, logLoss: 0.2, rows: 8, positives: 2 }],
    macro: { click: auc, mean: auc },
    bytes: { up, down: 0 },
  };
}

function named(data: readonly FigureTrace[], name: string): FigureTrace {
  const trace = data.find((candidate) => candidate.name === name);
  assert.ok(trace, `no trace called ${name}`);
  return trace!;
}

test('AUC by round: thin lines per seed and a mean of the rounds that all seeds have', () => {
  const rounds = [round('local', 1, 1, 0.5), round('local', 1, 2, 0.75), round('local', 2, 1, 1)];
  const { data } = aucByRound(rounds);
  assert.equal(
    data.map((trace) => trace.name),
    ['local, seed 1', 'local, seed 2', 'local'],
  );
  assert.equal(
    [data[0].x, data[0].y],
    [
      [1, 2],
      [0.5, 0.75],
    ],
  );
  assert.equal([data[2].x, data[2].y], [[1], [0.75]]);
});

test('AUC by round: one panel per task, one entry per method in the legend, plain data', () => {
  const figure = aucByRound(madeUpRounds());
  assert.is(figure.data.length, 2 * 4 * (3 + 1));
  const inLegend = figure.data.filter((trace) => trace.showlegend).map((trace) => trace.name);
  assert.equal(inLegend, METHODS);
  assert.equal([...new Set(figure.data.map((trace) => trace.xaxis))], ['x', 'x2']);
  assert.equal(JSON.parse(JSON.stringify(figure)), figure);
});

test('many seeds are a band', () => {
  const rounds = [1, 2, 3, 4, 5, 6].map((seed) => round('local', seed, 1, seed / 10));
  const { data } = aucByRound(rounds);
  const drawn = data.map((trace) => (trace.y as number[]).map((value) => value.toFixed(2)));
  assert.equal(drawn, [['0.10'], ['0.60'], ['0.35']]);
  assert.is(data[1].fill, 'tonexty');
});

test('an undefined AUC leaves a gap, not a zero', () => {
  const { data } = aucByRound([round('local', 1, 1, null), round('local', 1, 2, 0.75)]);
  assert.equal([data[0].x, data[0].y], [[2], [0.75]]);
  assert.equal(aucByRound([round('local', 1, 1, null)]).data, []);
  assert.equal(aucByRound([]).data, []);
});

test('AUC by bytes: traffic adds up, a method without traffic is a level', () => {
  const rounds = [
    round('fedavg', 1, 1, 0.5, 2e6),
    round('fedavg', 1, 2, 0.75, 2e6),
    round('local', 1, 1, 0.5),
    round('local', 1, 2, 0.25),
  ];
  const { data, layout } = aucByBytes(rounds);
  assert.equal(named(data, 'fedavg').x, [2, 4]);
  const level = named(data, 'local (sends nothing)');
  assert.equal(
    [level.x, level.y],
    [
      [0, 4],
      [0.5, 0.5],
    ],
  );
  assert.is((layout.xaxis as { title: { text: string } }).title.text, 'bytes sent and received (MB)');
});

test('training loss is a mean over local steps', () => {
  const { data } = lossByRound([round('local', 1, 1, 0.5)]);
  assert.is((data[0].y as number[])[0].toFixed(6), '0.300000');
});

test('AUC by scenario: points with intervals, references as lines where they are known', () => {
  const { data } = aucByScenario(madeUpResults(), { references: REFERENCES });
  assert.is(data.length, 2 * 4 + 3);
  const local = named(data, 'local');
  assert.equal(
    (local.y as number[]).map((value) => value.toFixed(4)),
    ['0.7004', '0.7124', '0.7244', '0.7364'],
  );
  const trees = named(data, 'boosted trees');
  assert.equal((trees.y as (number | null)[]).slice(0, 3), [0.702, 0.702, null]);
  assert.equal(
    data.filter((trace) => trace.name === 'Bayes').map((trace) => trace.showlegend),
    [true, false],
  );
});

test('a method has one look everywhere, and no two of the first methods share it', () => {
  const methods = ['local', 'fedavg', 'fedbn', 'central', 'pf-msmtrec', 'own a', 'own b', 'own c', 'own d'];
  const first = methods.map((method) => JSON.stringify(methodStyle(method)));
  const second = [...methods].reverse().map((method) => JSON.stringify(methodStyle(method)));
  assert.equal(second.reverse(), first);
  assert.is(new Set(first).size, methods.length);
  assert.is(methodStyle('local').colour, '#E69F00');
});

test.run();

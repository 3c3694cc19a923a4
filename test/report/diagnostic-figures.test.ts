import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ClientDiagnostics,
  type CoordinateDiagnostics,
  conflictFigure,
  cosineFigure,
  type FigureTrace,
  gateFigure,
  normsFigure,
  type RoundRecord,
  ratesFigure,
  reportFigures,
  scenarioStyle,
} from '../../lib';

/** Two clients, two experts; the cosines of the pair before and after are given by expert. */
function coordination(before: readonly number[], after: readonly number[], rate = 0.5): CoordinateDiagnostics {
  const matrices = (cosines: readonly number[]) =>
    cosines.map((cosine) => [
      [1, cosine],
      [cosine, 1],
    ]);
  return {
    ...{ kind: 'coordinate', clients: ['NL', 'ES'], cosines: matrices(before), cosinesAfter: matrices(after) },
    ...{ conflicting: 0, conflictingAfter: 0, opposedToDirection: 0, opposedToMean: 0 },
    ...{ cosinesWithDirection: [], cosinesWithMean: [], leastAlignment: [], alignmentOfMean: [], directionNorm: [] },
    ...{ movementNorms: [], movementNormsAfter: [] },
    rates: { NL: [rate, rate + 0.25], ES: [0, 1] },
  };
}

const gates = (weights: readonly number[]) => ({ weights, entropy: 0.5, rowEntropy: 0.25 });

const clients: readonly ClientDiagnostics[] = [
  {
    client: 'NL',
    norms: { expert: { value: 4, movement: 1 }, tower: { value: 2, movement: 0 } },
    gates: [{ scenario: 'NL', tasks: { click: gates([0.75, 0.25]), buy: gates([0.5, 0.5]) } }],
  },
  { client: 'ES', gates: [{ scenario: 'ES', tasks: { click: gates([0, 1]) } }] },
];

function record(round: number, more: Partial<RoundRecord> = {}): RoundRecord {
  return {
    ...{ method: 'pf-msmtrec', seed: 1, round, clients: [], validation: [], macro: {}, diagnostics: {} },
    bytes: { up: 0, down: 0 },
    seconds: { local: 1, aggregate: 0, evaluate: 0 },
    ...more,
  };
}

const rounds = [
  record(1, {
    diagnostics: { gate: { own: 1 }, expert: coordination([-0.5, 0.25], [0.5, 0.75]) },
    clientDiagnostics: clients,
  }),
  record(2, {
    diagnostics: {
      expert: coordination([0, 0.125], [0.25, 0.375], 0.75),
      tower: { kind: 'attend', parameters: ['w'], rates: { ES: [0.125, 0.375] } },
    },
    clientDiagnostics: clients,
  }),
];

/** The library's other methods have no such reports, and other seeds are left to be asked for. */
const all = [record(1, { method: 'fedavg' }), ...rounds, { ...rounds[0], seed: 2 }];

const titleOf = ({ layout }: { layout: Readonly<Record<string, unknown>> }) => (layout.title as { text: string }).text;
const isPlain = (figure: object) => assert.equal(JSON.parse(JSON.stringify(figure)), figure);

test('agreement before and after: mean cosine by expert and round, on one colour axis', () => {
  const figure = conflictFigure(all);
  const [before, after] = figure.data;
  assert.equal([before.name, after.name], ['before coordination', 'after']);
  assert.equal(
    [before.x, before.y],
    [
      [1, 2],
      ['expert 1', 'expert 2'],
    ],
  );
  assert.equal(before.z, [
    [-0.5, 0],
    [0.25, 0.125],
  ]);
  assert.equal(after.z, [
    [0.5, 0.25],
    [0.75, 0.375],
  ]);
  assert.equal([before.xaxis, after.xaxis], ['x', 'x2']);
  const { cmin, cmax } = figure.layout.coloraxis as { cmin: number; cmax: number };
  assert.equal([cmin, cmax], [-0.8, 0.8]);
  assert.is(titleOf(figure), "Agreement of the clients' movements: pf-msmtrec, seed 1");
  isPlain(figure);
});

test('captions say the unit and how many stand behind a number', () => {
  const captionOf = ({ layout }: { layout: Readonly<Record<string, unknown>> }) =>
    (layout.title as { subtitle: { text: string } }).subtitle.text;
  assert.is(
    captionOf(conflictFigure(all)),
    'Mean cosine (no unit) over n = 1 pair of clients; n = 1 seed. Below 0: they conflict.',
  );
  assert.is(
    captionOf(cosineFigure(all)),
    "Cosine (no unit) of two clients' movements, mean over n = 2 experts; n = 1 seed.",
  );
  assert.match(captionOf(ratesFigure(all)), /^Share \(no unit\) .* n = 2 clients, n = 1 seed\.$/);
  assert.match(captionOf(normsFigure(all)), /in parameter units, before aggregation; n = 1 client, n = 1 seed/);
  const score = { scenario: 'NL', task: 'click', auc: 0.5, logLoss: 1, positives: 1 };
  const validation = [1500, 375].map((rows) => ({ ...score, rows }));
  assert.match(
    captionOf(gateFigure({ ...rounds[0], validation })),
    'n = 375 to 1,500 rows; in brackets the entropy (nats)',
  );
});

test('cosines of one round have no slider, and no room for one', () => {
  const one = cosineFigure(all, { seed: 2 });
  assert.is(one.layout.sliders, undefined);
  assert.is(one.layout.height, (cosineFigure(all).layout.height as number) - 100);
  assert.match((one.layout.title as { subtitle: { text: string } }).subtitle.text, 'Round 1.');
});

test('a report, and with it the figure command, has them where runs recorded them', () => {
  const namesOf = (records: readonly RoundRecord[]) => {
    const run = { folder: 'a', configuration: {}, rounds: records, results: [], references: [] };
    return reportFigures({ runs: [run], studies: [] }).map(({ name }) => name);
  };
  assert.equal(namesOf(all).slice(-5), [
    'agreement-of-the-clients-movements-pf-msmtrec-seed-1',
    'cosines-of-the-clients-movements-mean-over-experts-pf-msmtrec-seed-1',
    'what-clients-take-from-the-others-pf-msmtrec-seed-1',
    'gate-weights-pf-msmtrec-seed-1-round-2',
    'length-of-the-local-movements-pf-msmtrec-seed-1',
  ]);
  assert.equal(
    namesOf([record(1)]).filter((name) => /clients|gate|length/.test(name)),
    [],
  );
});

test('a run and a group can be named; where nothing was reported, nothing is drawn', () => {
  assert.equal(conflictFigure(all, { seed: 2 }).data[0].x, [1]);
  assert.match(titleOf(conflictFigure(all, { seed: 2 })), 'seed 2');
  assert.equal(conflictFigure(all, { group: 'tower' }).data, []);
  for (const figure of [conflictFigure, cosineFigure, ratesFigure, normsFigure]) {
    assert.equal(figure(all, { method: 'fedavg' }).data, []);
    assert.equal(figure([]).data, []);
  }
  assert.equal(gateFigure(record(1)).data, []);
});

test('cosines client by client: a slider shows the two matrices of one round', () => {
  const figure = cosineFigure(all);
  assert.equal(
    figure.data.map(({ visible }) => visible),
    [false, false, true, true],
  );
  assert.equal(figure.data[0].z, [
    [1, -0.125],
    [-0.125, 1],
  ]);
  assert.equal(cosineFigure(all, { expert: 2 }).data[0].z, [
    [1, 0.25],
    [0.25, 1],
  ]);
  const [{ steps }] = figure.layout.sliders as { steps: { label: string; args: [string, boolean[]] }[] }[];
  assert.equal(
    steps.map(({ label, args }) => [label, ...args]),
    [
      ['1', 'visible', [true, true, false, false]],
      ['2', 'visible', [false, false, true, true]],
    ],
  );
  assert.throws(() => cosineFigure(all, { expert: 3 }), /no expert 3; the experts are 1 to 2/);
  isPlain(figure);
});

const lines = (data: readonly FigureTrace[]) => data.filter(({ mode }) => mode === 'lines+markers');

test('rates: the mean over experts as a line, lowest to highest as a band, a panel per group', () => {
  const figure = ratesFigure(all);
  const drawn = lines(figure.data).map(({ name, xaxis, x, y }) => [name, xaxis, x, y]);
  assert.equal(drawn, [
    ['NL', 'x', [1, 2], [0.625, 0.875]],
    ['ES', 'x', [1, 2], [0.5, 0.5]],
    ['ES', 'x2', [2], [0.25]],
  ]);
  const band = figure.data.slice(0, 2).map(({ y }) => y);
  assert.equal(band, [
    [0.5, 0.75],
    [0.75, 1],
  ]);
  isPlain(figure);
});

test('gates: a panel per task, a row per scenario with its entropy, a gap where a client lacks the task', () => {
  const figure = gateFigure(rounds[0]);
  const [click, buy] = figure.data;
  assert.equal([click.name, buy.name], ['click', 'buy']);
  assert.equal(click.y, ['NL (0.50)', 'ES (0.50)']);
  assert.equal(click.z, [
    [0.75, 0.25],
    [0, 1],
  ]);
  assert.equal(buy.z, [
    [0.5, 0.5],
    [null, null],
  ]);
  assert.is(titleOf(figure), 'Gate weights: pf-msmtrec, seed 1, round 1');
  isPlain(figure);
});

test('norms: a panel per group, a line per client that took part', () => {
  const of = (show?: 'movement' | 'value' | 'share') =>
    normsFigure(all, { show }).data.map(({ name, xaxis, y }) => [name, xaxis, y]);
  assert.equal(of(), [
    ['NL', 'x', [1, 1]],
    ['NL', 'x2', [0, 0]],
  ]);
  assert.equal(of('value')[0], ['NL', 'x', [4, 4]]);
  assert.equal(of('share')[0], ['NL', 'x', [0.25, 0.25]]);
  const figure = normsFigure(all);
  assert.is((figure.layout.yaxis as { title: { text: string } }).title.text, 'length (parameter units)');
  isPlain(figure);
});

test('a scenario has one look everywhere', () => {
  const colour = (figure: { data: readonly FigureTrace[] }) =>
    (lines(figure.data).find(({ name }) => name === 'NL')!.line as { color: string }).color;
  assert.is(colour(ratesFigure(all)), scenarioStyle('NL').colour);
  assert.is(colour(normsFigure(all)), scenarioStyle('NL').colour);
  assert.not.equal(scenarioStyle('NL'), scenarioStyle('ES'));
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  escapeLatex,
  formatBytes,
  formatSeconds,
  legendText,
  meanInterval,
  type ResultLine,
  resultTable,
  tableCsv,
  tableHtml,
  tableLatex,
  tableMarkdown,
  tableText,
} from '../../lib';
import { tQuantile95 } from '../../lib/statistics/distributions';
import { madeUpResults } from './made-up';

function line(
  method: string,
  seed: number,
  scenario: string,
  auc: number | null,
  more: Partial<ResultLine> = {},
): ResultLine {
  return {
    ...{ method, seed, scenario, auc, task: 'click', split: 'test', selection: 'common' },
    ...{ logLoss: 0.2, rows: 8, positives: 2, round: 2, bytes: 1_500_000, seconds: 75 },
    ...more,
  };
}

const TWO_METHODS = [
  line('local', 1, 'NL', 0.7, { bytes: 0, seconds: 4.25 }),
  line('local', 1, 'ES', 0.8, { bytes: 0, seconds: 4.25 }),
  line('fedavg', 1, 'NL', 0.72),
  line('fedavg', 1, 'ES', 0.79),
];

test('Student t quantiles are those of the tables', () => {
  const rounded = [1, 2, 3, 4, 9, 10, 29, 100].map((degrees) => tQuantile95(degrees).toFixed(3));
  assert.equal(rounded, ['12.706', '4.303', '3.182', '2.776', '2.262', '2.228', '2.045', '1.984']);
});

test('interval of a mean', () => {
  assert.is(meanInterval([]), null);
  assert.equal(meanInterval([0.5]), { mean: 0.5, halfWidth: null, count: 1 });
  const { mean, halfWidth } = meanInterval([1, 2, 3])!;
  assert.is(mean, 2);
  assert.is(halfWidth!.toFixed(6), '2.484138');
});

test('bytes and seconds', () => {
  assert.equal([0, 812, 999.6, 12_400_000, 250e9].map(formatBytes), ['0 B', '812 B', '1.0 kB', '12.4 MB', '250 GB']);
  assert.equal([0.84, 9.96, 59.6, 125, 11_220].map(formatSeconds), [
    '0.8 s',
    '10 s',
    '1 min 00 s',
    '2 min 05 s',
    '3 h 07 min',
  ]);
});

test('one seed, two methods, one reference', () => {
  const references = [{ name: 'trees', values: { NL: { click: 0.69 }, ES: { click: 0.78 } } }];
  const table = resultTable(TWO_METHODS, { references });
  assert.is(
    tableText(table, { width: 100 }),
    [
      'Test AUC',
      '────────────────────────────────────────────────────────────────',
      '                       click                         cost',
      '             NL       ES     mean    worst     sent         time',
      '────────────────────────────────────────────────────────────────',
      ' local   0.7000   0.8000*  0.7500   0.7000      0 B        4.3 s',
      ' fedavg  0.7200*  0.7900   0.7550*  0.7200*  1.5 MB   1 min 15 s',
      ' trees   0.6900   0.7800   0.7350   0.6900        –            –',
      '',
      'mean and worst are over scenarios. *: the best mean of the column. Fewer than 3 seeds: nothing is',
      'tested, and the best need not be better than the others. The round with the best mean validation AUC',
      'was kept.',
    ].join('\n'),
  );
});

test('several seeds: mean and worst are taken per seed', () => {
  const lines = [
    line('local', 1, 'NL', 0.7),
    line('local', 1, 'ES', 0.8),
    line('local', 2, 'NL', 0.9),
    line('local', 2, 'ES', 0.8),
    line('local', 3, 'NL', 0.8),
    line('local', 3, 'ES', 0.8),
  ];
  const [row] = resultTable(lines).rows;
  assert.is(row.seeds, 3);
  assert.equal(
    row.cells.map((cell) => `${cell.text}${cell.spread}`),
    ['0.8000±0.2484', '0.8000±0.0000', '0.8000±0.1242', '0.7667±0.1434', '1.5 MB', '1 min 15 s'],
  );
  assert.is(
    row.cells.some((cell) => cell.best),
    false,
  );
});

test('from three seeds on, every cell is compared with the best of its column', () => {
  // Ahead by .1 with a small spread; ahead by .01 with a large one; two seeds only.
  const [noise, wide] = [
    [0, 0.001, -0.001, 0.002],
    [0, 0.05, -0.05, 0.02],
  ];
  const lines = [1, 2, 3, 4].flatMap((seed) => [
    line('best', seed, 'NL', 0.8),
    line('behind', seed, 'NL', 0.7 + noise[seed - 1]),
    line('level', seed, 'NL', 0.78 + wide[seed - 1]),
    ...(seed <= 2 ? [line('short', seed, 'NL', 0.6)] : []),
  ]);
  const table = resultTable(lines);
  assert.equal(
    table.rows.map((row) => row.cells[0].standing),
    ['best', 'behind', 'level', 'untested'],
  );
  assert.equal(
    table.rows.map((row) => row.cells[0].adjusted !== null),
    [false, true, true, false],
  );
  assert.equal(table.rows[0].cells[3].standing, null);
  const text = tableText(table, { width: 120 });
  assert.match(text, /level +0\.7850±0.0669≈/);
  assert.match(text, /short +0\.6000\?/);
  assert.match(
    text.replace(/\s+/g, ' '),
    "≈: cannot be told from the best (paired t test over seeds, Holm's correction for 6 comparisons",
  );
  assert.match(text.replace(/\s+/g, ' '), '?: fewer than 3 seeds (or in common with the best): not tested.');
  assert.match(tableMarkdown(table), '0.7850 ±0.0669 ≈');
  assert.match(tableHtml(table), '<u>0.7850</u>');
  assert.match(tableHtml(table), 'Underlined: cannot be told');
});

test('a mean of two seeds is neither best nor has an interval', () => {
  const lines = [1, 2, 3].flatMap((seed) => [
    line('long', seed, 'NL', 0.7 + seed / 1000),
    ...(seed < 3 ? [line('lucky', seed, 'NL', 0.8)] : []),
  ]);
  const table = resultTable(lines);
  assert.equal(
    table.rows.map(({ cells }) => `${cells[0].standing} ${cells[0].spread}`),
    ['best ±0.0025', 'untested '],
  );
  const short = resultTable(lines.filter(({ seed }) => seed < 3));
  assert.is(short.rows[1].cells[0].standing, 'best');
  assert.match(legendText(short), 'Mean over 2 seeds without intervals, which need 3.');
});

test('with one seed each, intervals are over rows where errors are stored', () => {
  const lines = [
    line('local', 1, 'NL', 0.7, { aucError: 0.03 }),
    line('local', 1, 'ES', 0.8, { aucError: 0.04 }),
    line('fedavg', 1, 'NL', 0.72),
    line('fedavg', 1, 'ES', 0.79, { aucError: 0.04 }),
  ];
  const table = resultTable(lines);
  const [local, fedavg] = table.rows.map((row) => row.cells.slice(0, 4).map(({ spread }) => spread));
  // The mean of two scenarios: 1.96 · √(.03² + .04²) / 2. The worst of several has no such formula.
  assert.equal(local, ['±0.0588', '±0.0784', '±0.0490', '']);
  assert.equal(fedavg, ['', '±0.0784', '', '']);
  assert.is(table.rows[0].cells[0].over, 'rows');
  assert.match(legendText(table), '± half the 95 % interval over test rows (DeLong) of one seed');
  const more = resultTable([...lines, line('fedavg', 2, 'NL', 0.7)]);
  assert.is(more.rows[0].cells[0].spread, '');
});

test('undefined cells are a dash with a reason below', () => {
  const lines = [
    line('local', 1, 'NL', null, { reason: 'no positive row in test' }),
    line('local', 1, 'ES', 0.8),
    line('fedavg', 1, 'ES', 0.7),
  ];
  const table = resultTable(lines);
  assert.equal(table.notes, [
    'NL, click: no positive row in test.',
    'click: mean and worst are over 1 of 2 scenarios, those with a defined AUC.',
    'NL, click: no result stored.',
  ]);
  assert.equal(
    table.rows.map((row) => row.cells.slice(0, 4).map((cell) => `${cell.text} ${cell.note ?? ''}`)),
    [
      ['– 1', '0.8000 ', '0.8000 2', '0.8000 2'],
      ['– 3', '0.7000 ', '0.7000 2', '0.7000 2'],
    ],
  );
  const text = tableText(table, { width: 100 });
  assert.match(text, '  1) NL, click: no positive row in test.');
  assert.match(text, ' local   1) –   0.8000*  2) 0.8000*  2) 0.8000*');
});

test('a scenario without the task has an empty cell, and does not count as missing', () => {
  const lines = [
    line('local', 1, 'NL', 0.7),
    line('local', 1, 'ES', 0.8),
    line('local', 1, 'NL', 0.9, { task: 'conversion' }),
  ];
  const values = { NL: { click: 0.75, conversion: 0.95 }, ES: { click: 0.85, conversion: null } };
  const table = resultTable(lines, { references: [{ name: 'best possible', values }] });
  assert.equal(table.notes, []);
  assert.equal(
    table.rows.map((row) => row.cells.slice(0, 8).map(({ text }) => text)),
    [
      ['0.7000', '0.8000', '0.7500', '0.7000', '0.9000', '', '0.9000', '0.9000'],
      ['0.7500', '0.8500', '0.8000', '0.7500', '0.9500', '', '0.9500', '0.9500'],
    ],
  );
  assert.match(tableText(table, { width: 60 }), /\n local +0\.9000 +0\.9000 +0\.9000/);
  assert.match(tableMarkdown(table), /0\.9000 \| +\| 0\.9000/);
  assert.match(tableHtml(table), /0\.9000/);
});

test('no line, no failure', () => {
  assert.equal(resultTable([]).rows, []);
  assert.match(tableText(resultTable([])), 'Test AUC');
});

test('only the asked split and selection are shown', () => {
  const lines = [
    line('local', 1, 'NL', 0.7),
    line('local', 1, 'NL', 0.9, { selection: 'per-client' }),
    line('local', 1, 'NL', 0.6, { split: 'validation' }),
  ];
  const first = (table: ReturnType<typeof resultTable>) => table.rows[0].cells[0].text;
  assert.is(first(resultTable(lines)), '0.7000');
  assert.is(first(resultTable(lines, { selection: 'per-client' })), '0.9000');
  assert.is(first(resultTable(lines, { split: 'validation' })), '0.6000');
  assert.is(resultTable(lines, { split: 'validation' }).title, 'Validation AUC');
});

test('no line of the text is wider than asked', () => {
  const table = resultTable(madeUpResults());
  for (const width of [200, 120, 100, 80, 60, 40]) {
    const widest = Math.max(
      ...tableText(table, { width })
        .split('\n')
        .map((part) => part.length),
    );
    assert.ok(widest <= width, `${widest} characters where ${width} were asked`);
  }
});

test('Markdown', () => {
  assert.is(
    tableMarkdown(
      resultTable(TWO_METHODS, { title: 'A | B', references: [{ name: 'x|y', values: { NL: { click: 0.6 } } }] }),
    ),
    [
      '**A | B**',
      '',
      '| click | NL | ES | mean | worst |',
      '| --- | ---: | ---: | ---: | ---: |',
      '| local | 0.7000 | **0.8000** | 0.7500 | 0.7000 |',
      '| fedavg | **0.7200** | 0.7900 | **0.7550** | **0.7200** |',
      '| *x\\|y* | 0.6000 | – | – | – |',
      '',
      '| cost | sent | time |',
      '| --- | ---: | ---: |',
      '| local | 0 B | 4.3 s |',
      '| fedavg | 1.5 MB | 1 min 15 s |',
      '',
      'mean and worst are over scenarios. Bold: the best mean of the column. Fewer than 3 seeds: nothing is tested, and the best need not be better than the others. The round with the best mean validation AUC was kept.',
      '',
    ].join('\n'),
  );
});

test('LaTeX: booktabs, escaped names, marks', () => {
  const values = { NL: { click: 0.6 } };
  const table = resultTable(TWO_METHODS, { title: 'A_1 & 50 %', references: [{ name: 'x^2', values }] });
  assert.is(
    tableLatex(table, { label: 'tab:a' }),
    [
      '% needs \\usepackage{booktabs,graphicx}',
      '\\begin{table}',
      '\\centering',
      '\\caption{A\\_1 \\& 50 \\%. mean and worst are over scenarios. Bold: the best mean of the column. Fewer than 3 seeds: nothing is tested, and the best need not be better than the others. The round with the best mean validation AUC was kept.}',
      '\\label{tab:a}',
      '\\small',
      '\\setlength{\\tabcolsep}{4pt}',
      '\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%',
      '\\begin{tabular}{lrrrrrr}',
      '\\toprule',
      ' & \\multicolumn{4}{c}{click} & \\multicolumn{2}{c}{cost} \\\\',
      '\\cmidrule(lr){2-5} \\cmidrule(lr){6-7}',
      ' & NL & ES & mean & worst & sent & time \\\\',
      '\\midrule',
      'local & 0.7000 & \\textbf{0.8000} & 0.7500 & 0.7000 & 0 B & 4.3 s \\\\',
      'fedavg & \\textbf{0.7200} & 0.7900 & \\textbf{0.7550} & \\textbf{0.7200} & 1.5 MB & 1 min 15 s \\\\',
      '\\midrule',
      '\\textit{x\\textasciicircum{}2} & 0.6000 & -- & -- & -- & -- & -- \\\\',
      '\\bottomrule',
      '\\end{tabular}%',
      '}',
      '\\end{table}',
      '',
    ].join('\n'),
  );
  const wide = tableLatex(resultTable(madeUpResults()), { label: 'tab:b' });
  assert.is(wide.split('\\begin{tabular}').length - 1, 2);
  assert.match(wide, '\\label{tab:b-2}');
  assert.match(wide, /\\textbf\{0\.\d{4}\}\\,\{\\scriptsize \$\\pm\$0\.\d{4}\}/);
  assert.is(escapeLatex('\\ { } # ~ <'), '\\textbackslash{} \\{ \\} \\# \\textasciitilde{} \\textless{}');
  assert.is(escapeLatex('λ ≥ ω'), '$\\lambda$ $\\geq$ $\\omega$');
  const foreign = resultTable([line('方法', 1, 'NL', 0.6)]);
  assert.match(tableLatex(foreign), /^% needs .*, and because of 方 lualatex or xelatex/);
});

test('CSV: a line per cell, full precision, quoted names', () => {
  const lines = [line('a, "b"', 1, 'NL', 1 / 3), line('local', 1, 'NL', null, { reason: 'no positive row' })];
  const [head, ...rest] = tableCsv([resultTable(lines)])
    .trimEnd()
    .split('\r\n');
  assert.is(head, 'table,row,kind,seeds,group,column,value,half_width,interval_over,standing,p_holm,note');
  assert.is(rest[0], `Test AUC,"a, ""b""",method,1,click,NL,${1 / 3},,,,,`);
  assert.is(rest[3], 'Test AUC,"a, ""b""",method,1,cost,sent,1500000,,,,,');
  assert.is(rest[5], 'Test AUC,local,method,1,click,NL,,,,,,"NL, click: no positive row."');
});

test('lines without costs have no columns of costs', () => {
  const { bytes: _bytes, seconds: _seconds, ...bare } = line('local', 1, 'NL', 0.7);
  assert.equal(
    resultTable([bare]).columns.map(({ label }) => label),
    ['NL', 'mean', 'worst'],
  );
});

test('HTML: names are escaped, wide tables are cut per task', () => {
  const html = tableHtml(resultTable([line('<b>', 1, 'a&b', 0.7), line('local', 1, 'a&b', 0.8)]));
  assert.match(html, '&lt;b&gt;');
  assert.match(html, 'a&amp;b');
  assert.match(html, '<strong>0.8000</strong>');
  assert.not.match(html, /<b>/);
  assert.is(html.split('<table').length - 1, 1);
  assert.is(tableHtml(resultTable(madeUpResults())).split('<table').length - 1, 2);
});

test.run();

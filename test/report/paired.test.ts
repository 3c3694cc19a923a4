import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StudyRow } from '../../lib/experiments/study';
import { ablationBars, gainByDial } from '../../lib/report/figures';
import {
  aucBySeed,
  excludesZero,
  pairedDifferences,
  pairedFamily,
  pairedTable,
  pairedTestTable,
  tuningTable,
} from '../../lib/report/paired';

/** Two scenarios; the full method is ahead by `gains[seed - 1]` in both at dial 1, and equal at dial 0. */
const gains = [0.01, 0.02, 0.03];
const rows: StudyRow[] = [0, 1].flatMap((dial) =>
  gains.flatMap((gain, i) =>
    ['full', 'less'].flatMap((method) =>
      ['a', 'b'].map(
        (scenario): StudyRow => ({
          setting: { dial },
          method,
          seed: i + 1,
          scenario,
          task: 'click',
          auc: 0.6 + 0.1 * i + (scenario === 'b' ? 0.05 : 0) + (method === 'full' ? dial * gain : 0),
          round: 3,
          selection: 'per-client',
          ...{ split: 'test', bytes: 0, seconds: 0 },
        }),
      ),
    ),
  ),
);

test('differences are taken seed by seed, with the interval of Student', () => {
  const [none, some] = pairedDifferences(rows, 'full', 'less');
  assert.equal(none.setting, { dial: 0 });
  assert.ok(Math.abs(none.difference.mean) < 1e-12);
  assert.ok(Math.abs(some.difference.mean - 0.02) < 1e-12);
  // deviation .01, t(2) = 4.303: 4.303 · .01 / √3
  assert.ok(Math.abs((some.difference.halfWidth as number) - 0.024841) < 1e-5);
  assert.not.ok(excludesZero(some.difference));
  assert.ok(excludesZero({ mean: -0.02, halfWidth: 0.01, count: 3 }));
  assert.not.ok(excludesZero({ mean: 1, halfWidth: null, count: 1 }));
});

test('mean and worst are over the scenarios where the AUC is defined', () => {
  const own = rows.filter(({ setting, seed }) => setting.dial === 0 && seed === 1);
  assert.equal([...aucBySeed(own, 'less', 'click', 'worst')], [[1, 0.6]]);
  const undefinedThere = own.map((row) => (row.scenario === 'a' ? { ...row, auc: null } : row));
  assert.equal([...aucBySeed(undefinedThere, 'less', 'click', 'mean')], [[1, 0.65]]);
});

test('a seed that one method lacks is left out of the difference', () => {
  const fewer = rows.filter(({ method, seed }) => method === 'full' || seed !== 3);
  assert.is(pairedDifferences(fewer, 'full', 'less')[1].difference.count, 2);
});

test('the table has a line for each setting and method, and none of the reference against itself', () => {
  const table = pairedTable(rows, 'full');
  assert.is(table.length, 4);
  assert.is(table[0]['full ahead by (click)'], '–');
  assert.match(String(table[3]['full ahead by (click)']), /^\+0\.0200 ±0\.0248$/);
});

test('p values are corrected for all differences of the table', () => {
  const family = pairedFamily(rows, 'full');
  assert.equal(
    family.map(({ setting, over }) => `${setting.dial} ${over}`),
    ['0 less', '1 less'],
  );
  // t = .02 / (.01 / √3) with 2 degrees of freedom: p = .0742; twice that for two comparisons.
  assert.ok(Math.abs(family[1].difference.tTest! - 0.0742) < 1e-4);
  assert.ok(Math.abs(family[1].adjusted! - 2 * family[1].difference.tTest!) < 1e-9);
  const table = pairedTestTable(rows, 'full');
  assert.equal(Object.values(table[1]), [1, 'click', 'less', 3, '+0.0200 ±0.0248', '.0742', '.1484', '.2500']);
  const two = rows.filter(({ seed }) => seed < 3);
  assert.is(pairedTestTable(two, 'full')[1]['p (t, Holm)'], '–');
});

test('one star leaves out zero, two stars also after the correction', () => {
  const starred = (gain: number) => {
    const own = rows.map((row, i) =>
      row.setting.dial === 1 && row.method === 'full' ? { ...row, auc: row.auc! + gain + 1e-4 * (i % 3) } : row,
    );
    return String(pairedTable(own, 'full')[3]['full ahead by (click)']).replace(/^[^ ]+ [^ ]+/, '');
  };
  assert.is(starred(0.01), ' *');
  assert.is(starred(0.5), ' **');
});

test('a search says of every candidate what became of it, by the mean over seeds and tasks', () => {
  const stage = (rounds: number): StudyRow[] =>
    rows.map(
      (row) => ({ ...row, setting: { ...row.setting, rounds }, split: 'validation' as const }) satisfies StudyRow,
    );
  const last = stage(4).filter(({ method, setting }) => method === 'full' || setting.dial === 1);
  const table = tuningTable([...stage(2), ...last]);
  assert.equal(
    table.map(({ method, candidate, rounds, fate }) => `${method} ${candidate} ${rounds} ${fate}`),
    [
      'full dial 0 2 goes on',
      'full dial 1 2 goes on',
      'full dial 0 4 dropped',
      'full dial 1 4 chosen',
      'less dial 0 2 dropped',
      'less dial 1 2 goes on',
      'less dial 1 4 chosen',
    ],
  );
  assert.ok(Math.abs(Number(table[1].mean) - 0.745) < 1e-12);
});

test('figures show the differences with their intervals', () => {
  const dial = gainByDial(rows, 'full');
  assert.is(dial.data.length, 1);
  assert.ok((dial.data[0].y as number[])[1] - 0.02 < 1e-12);
  const bars = ablationBars(
    rows.filter(({ setting }) => setting.dial === 1),
    'full',
  );
  assert.ok(Math.abs((bars.data[0].x as number[])[0] + 0.02) < 1e-12);
});

test.run();

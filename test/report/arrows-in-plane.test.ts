import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { arrowsInPlane } from '../../lib';

test('arrows: from the origin or another point, one panel per set, one entry in the legend per name', () => {
  const figure = arrowsInPlane(
    {
      one: [{ name: 'NL', to: [3, 4] }],
      two: [
        { name: 'NL', from: [1, 1], to: [2, 0] },
        { name: 'U', to: [0, 1] },
      ],
    },
    { title: 'Movements' },
  );
  const part = (name: string) => figure.data.map((trace) => trace[name]);
  assert.equal(part('x'), [
    [0, 3],
    [1, 2],
    [0, 0],
  ]);
  assert.equal(part('y'), [
    [0, 4],
    [1, 0],
    [0, 1],
  ]);
  assert.equal(part('xaxis'), ['x', 'x2', 'x2']);
  assert.equal(part('showlegend'), [true, false, true]);
  const [nl, again, u] = part('line') as { color: string }[];
  assert.is(nl.color, again.color);
  assert.is.not(nl.color, u.color);
  assert.equal(JSON.parse(JSON.stringify(figure)), figure);
});

test('arrows: a label stands at the head, away from the tail, and not in the legend', () => {
  const { data } = arrowsInPlane(
    {
      one: [
        { name: 'NL', to: [3, 4], label: 'NL' },
        { name: 'ES', to: [0, -1], label: 'ES' },
      ],
    },
    { title: 'Movements' },
  );
  assert.equal(
    data.map(({ text }) => text),
    [
      ['', 'NL'],
      ['', 'ES'],
    ],
  );
  assert.equal(
    data.map(({ textposition }) => textposition),
    ['top center', 'bottom center'],
  );
  assert.not.ok(data.some(({ showlegend }) => showlegend));
});

test('arrows: a unit is as long across as it is up', () => {
  const { layout } = arrowsInPlane({ one: [], two: [] }, { title: 'Nothing' });
  assert.is((layout.yaxis as Record<string, unknown>).scaleanchor, 'x');
  assert.is((layout.yaxis2 as Record<string, unknown>).scaleanchor, 'x2');
});

test.run();

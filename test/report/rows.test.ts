import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rowsHtml, rowsMarkdown, rowsText, synthetic, toDataFrame } from '../../lib';

test('plain objects become a table with numbers on the right', () => {
  const html = rowsHtml([
    { name: 'a<b', rows: 12_345, rate: 0.123456, share: '48.2 %' },
    { name: 'c', rows: 7, rate: null, share: '–' },
  ]);
  assert.ok(html.includes('<td style="text-align:left;padding:3px 8px">a&lt;b</td>'));
  assert.ok(html.includes('<td style="text-align:right;padding:3px 8px">12,345</td>'));
  assert.ok(html.includes('<td style="text-align:right;padding:3px 8px">0.1235</td>'));
  assert.ok(html.includes('<td style="text-align:right;padding:3px 8px">48.2 %</td>'));
  assert.ok(html.includes('<td style="text-align:right;padding:3px 8px">–</td>'));
});

test('a Danfo frame is shown up to a limit, and the rest is counted', async () => {
  const frame = await toDataFrame(synthetic({ scale: 0.05 }), { rows: 30, fields: ['categorical_1'] });
  const text = rowsText(frame, { caption: 'Some rows', limit: 3 });
  assert.match(text, /^Some rows\n/);
  assert.match(text, /scenario.*split.*click.*conversion.*categorical_1/);
  assert.is(text.match(/train/g)?.length, 3);
  assert.match(text, /… and 27 more rows$/);
});

test('an index of texts is a column, and large and small numbers keep their digits', async () => {
  const frame = await toDataFrame(synthetic({ scale: 0.05 }), { rows: 100, fields: ['numerical_1'] });
  const text = rowsText(frame.loc({ columns: ['numerical_1'] }).describe());
  assert.match(text, /mean/);
  assert.match(rowsText([{ n: 12_345.678 }, { n: 12.345678 }]), /12,346.*12\.35/s);
  assert.match(rowsText([{ rate: 0.5 }, { rate: 0.08391 }]), /0\.5000.*0\.0839/s);
});

test('no rows are an empty table', () => {
  assert.match(rowsHtml([]), /<tbody><\/tbody>/);
});

test('rows as Markdown keep their figures on the right and their bars apart', () => {
  const rows = [{ name: 'a|b', auc: 0.5 }];
  assert.is(rowsMarkdown(rows, { caption: 'C' }), '**C**\n\n| name | auc |\n| --- | ---: |\n| a\\|b | 0.5000 |');
  assert.match(rowsMarkdown([rows[0], rows[0]], { limit: 1 }), /… and 1 more rows$/);
});

test.run();

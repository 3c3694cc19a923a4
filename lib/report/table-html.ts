import { escapeHtml } from './format';
import type { ResultTable, TableCell, TableRow } from './table';

/** A result table as an HTML fragment without a style sheet of its own: it looks at home in a notebook and in a report. */
export function tableHtml(table: ResultTable): string {
  const groups = [...new Set(table.columns.map((column) => column.group))];
  const starts = table.columns.map((column, index) => index === 0 || table.columns[index - 1].group !== column.group);
  const over = groups.map((group) => {
    const span = table.columns.filter((column) => column.group === group).length;
    return `<th scope="colgroup" colspan="${span}" style="${CENTRE}${EDGE}">${escapeHtml(group)}</th>`;
  });
  const heads = table.columns.map(
    (column, index) => `<th scope="col" style="${RIGHT}${starts[index] ? EDGE : ''}">${escapeHtml(column.label)}</th>`,
  );
  const rows = table.rows.map((row) => rowHtml(row, starts));
  const notes = table.notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('');
  const legend = table.legend.map((sentence) => sentence.replace(/^Marked:/, 'Bold:')).join(' ');
  return [
    '<div class="pf-table" style="overflow-x:auto">',
    '<table style="border-collapse:collapse;font-variant-numeric:tabular-nums">',
    `<caption style="text-align:left;font-weight:600;padding:4px 0">${escapeHtml(table.title)}</caption>`,
    `<thead><tr><th></th>${over.join('')}</tr><tr><th></th>${heads.join('')}</tr></thead>`,
    `<tbody>${rows.join('\n')}</tbody>`,
    '</table>',
    `<p style="font-size:85%;max-width:60em">${escapeHtml(legend)}</p>`,
    notes === '' ? '' : `<ol style="font-size:85%">${notes}</ol>`,
    '</div>',
  ].join('\n');
}

const RIGHT = 'text-align:right;padding:3px 8px;white-space:nowrap;';
const CENTRE = 'text-align:center;padding:3px 8px;';
/** A thin line on the left of each group; half transparent, so that it is seen on light and dark pages. */
const EDGE = 'border-left:1px solid rgba(128,128,128,.45);';

function rowHtml(row: TableRow, starts: readonly boolean[]): string {
  const cells = row.cells.map(
    (cell, index) => `<td style="${RIGHT}${starts[index] ? EDGE : ''}">${content(cell)}</td>`,
  );
  const slant = row.kind === 'reference' ? 'font-style:italic;font-weight:400;' : '';
  const head = `<th scope="row" style="text-align:left;padding:3px 8px;white-space:nowrap;${slant}">${escapeHtml(row.name)}</th>`;
  return `<tr class="${row.kind}"${slant === '' ? '' : ` style="${slant}"`}>${head}${cells.join('')}</tr>`;
}

function content(cell: TableCell): string {
  const value = cell.best ? `<strong>${escapeHtml(cell.text)}</strong>` : escapeHtml(cell.text);
  const note = cell.note ? `<sup>${cell.note}</sup>` : '';
  const spread =
    cell.spread === '' ? '' : `<br><span style="font-size:80%;opacity:.75">${escapeHtml(cell.spread)}</span>`;
  return `${value}${note}${spread}`;
}

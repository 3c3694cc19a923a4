import { escapeHtml } from './format';
import type { ResultTable, TableCell, TableRow } from './table';
import { legendText } from './table-legend';
import { groupsOf, rowsOfPart, tableParts } from './table-parts';

/** A result table as an HTML fragment without a style sheet of its own: it looks at home in a notebook and in a report. */
export function tableHtml(table: ResultTable): string {
  const notes = table.notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('');
  return [
    '<div class="pf-table" style="overflow-x:auto">',
    ...tableParts(table).map((columns, index) => partHtml(table, columns, index === 0)),
    `<p style="font-size:85%;max-width:60em">${escapeHtml(legendText(table, { level: 'Underlined' }))}</p>`,
    notes === '' ? '' : `<ol style="font-size:85%">${notes}</ol>`,
    '</div>',
  ].join('\n');
}

function partHtml(table: ResultTable, columns: readonly number[], isFirst: boolean): string {
  const shown = columns.map((index) => table.columns[index]);
  const starts = shown.map((column, index) => index === 0 || shown[index - 1].group !== column.group);
  const over = groupsOf(table, columns).map(
    ({ name, width }) => `<th scope="colgroup" colspan="${width}" style="${CENTRE}${EDGE}">${escapeHtml(name)}</th>`,
  );
  const heads = shown.map(
    (column, index) => `<th scope="col" style="${RIGHT}${starts[index] ? EDGE : ''}">${escapeHtml(column.label)}</th>`,
  );
  const rows = rowsOfPart(table, columns);
  const caption = isFirst
    ? `<caption style="text-align:left;font-weight:600;padding:4px 0">${escapeHtml(table.title)}</caption>`
    : '';
  return [
    `<table style="border-collapse:collapse;font-variant-numeric:tabular-nums;margin:0 0 12px">${caption}`,
    `<thead><tr><th></th>${over.join('')}</tr><tr><th></th>${heads.join('')}</tr></thead>`,
    `<tbody>${rows.map((row) => rowHtml(row, columns, starts)).join('\n')}</tbody>`,
    '</table>',
  ].join('\n');
}

const RIGHT = 'text-align:right;padding:3px 8px;white-space:nowrap;';
const CENTRE = 'text-align:center;padding:3px 8px;';
/** A thin line on the left of each group; half transparent, so that it is seen on light and dark pages. */
const EDGE = 'border-left:1px solid rgba(128,128,128,.45);';

function rowHtml(row: TableRow, columns: readonly number[], starts: readonly boolean[]): string {
  const cells = columns.map(
    (column, index) => `<td style="${RIGHT}${starts[index] ? EDGE : ''}">${content(row.cells[column])}</td>`,
  );
  const slant = row.kind === 'reference' ? 'font-style:italic;font-weight:400;' : '';
  const head = `<th scope="row" style="text-align:left;padding:3px 8px;white-space:nowrap;${slant}">${escapeHtml(row.name)}</th>`;
  return `<tr class="${row.kind}"${slant === '' ? '' : ` style="${slant}"`}>${head}${cells.join('')}</tr>`;
}

function content(cell: TableCell): string {
  const text = escapeHtml(cell.text);
  const value =
    cell.standing === 'best' ? `<strong>${text}</strong>` : cell.standing === 'level' ? `<u>${text}</u>` : text;
  const open = cell.standing === 'untested' ? '?' : '';
  const note = cell.note ? `<sup>${cell.note}</sup>` : '';
  const spread =
    cell.spread === '' ? '' : `<br><span style="font-size:80%;opacity:.75">${escapeHtml(cell.spread)}</span>`;
  return `${value}${open}${note}${spread}`;
}

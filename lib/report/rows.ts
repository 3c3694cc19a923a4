import CliTable from 'cli-table3';
import { escapeHtml } from './format';

/**
 * Rows that a person looks at: a Danfo frame, or plain objects whose keys are the columns of the first one. An index of
 * texts, such as that of `describe()`, becomes the first column; one of row numbers is left out.
 */
export type RowsToShow =
  | { readonly columns: readonly string[]; readonly values: unknown; readonly index?: readonly (string | number)[] }
  | readonly Readonly<Record<string, unknown>>[];

/** How rows are shown. */
export interface RowsOptions {
  /** Stands above the table. */
  readonly caption?: string;
  /** At most this many rows; a line below says how many are left out. Default: 20. */
  readonly limit?: number;
}

interface Grid {
  readonly head: readonly string[];
  readonly cells: readonly (readonly string[])[];
  /** Columns of numbers stand on the right. */
  readonly isNumeric: readonly boolean[];
  /** What stands below: how many rows are left out. */
  readonly rest: string;
}

/** Rows as an HTML table without a style sheet of its own. */
export function rowsHtml(rows: RowsToShow, options: RowsOptions = {}): string {
  const { head, cells, isNumeric, rest } = gridOf(rows, options.limit);
  const place = (k: number) => `text-align:${isNumeric[k] ? 'right' : 'left'};padding:3px 8px`;
  const line = (row: readonly string[]) =>
    `<tr>${row.map((text, k) => `<td style="${place(k)}">${escapeHtml(text)}</td>`).join('')}</tr>`;
  const heads = head.map((name, k) => `<th scope="col" style="${place(k)}">${escapeHtml(name)}</th>`).join('');
  const caption = options.caption
    ? `<caption style="text-align:left;font-weight:600;padding:4px 0">${escapeHtml(options.caption)}</caption>`
    : '';
  return [
    '<div class="pf-rows" style="overflow-x:auto">',
    `<table style="border-collapse:collapse;font-variant-numeric:tabular-nums;margin:0 0 8px">${caption}`,
    `<thead><tr>${heads}</tr></thead>`,
    `<tbody>${cells.map(line).join('\n')}</tbody>`,
    '</table>',
    rest === '' ? '' : `<p style="font-size:85%">${rest}</p>`,
    '</div>',
  ].join('\n');
}

/** Rows as a table of text. */
export function rowsText(rows: RowsToShow, options: RowsOptions = {}): string {
  const { head, cells, isNumeric, rest } = gridOf(rows, options.limit);
  const colAligns = isNumeric.map((numeric) => (numeric ? ('right' as const) : ('left' as const)));
  const table = new CliTable({ head: [...head], colAligns, style: { head: [], border: [], compact: true } });
  table.push(...cells.map((row) => [...row]));
  return [options.caption ?? '', table.toString(), rest].filter((part) => part !== '').join('\n');
}

/** Rows as a Markdown table, to paste it into a text. */
export function rowsMarkdown(rows: RowsToShow, options: RowsOptions = {}): string {
  const { head, cells, isNumeric, rest } = gridOf(rows, options.limit);
  const line = (texts: readonly string[]) => `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = line(isNumeric.map((numeric) => (numeric ? '---:' : '---')));
  return [...(options.caption ? [`**${options.caption}**`, ''] : []), line(head), rule, ...cells.map(line), rest]
    .filter((part, i, { length }) => part !== '' || i < length - 1)
    .join('\n');
}

function gridOf(rows: RowsToShow, limit = 20): Grid {
  const { head, values } = columnsOf(rows);
  const shown = values.slice(0, limit);
  const left = values.length - shown.length;
  const columns = head.map((_name, k) => shown.map((row) => row[k]));
  const texts = columns.map(columnTexts);
  return {
    head,
    cells: shown.map((_row, i) => texts.map((column) => column[i])),
    isNumeric: columns.map(
      (column) => column.some(isFigure) && column.every((value) => isMissing(value) || isFigure(value)),
    ),
    rest: left === 0 ? '' : `… and ${left.toLocaleString('en-GB')} more rows`,
  };
}

function columnsOf(rows: RowsToShow): { head: string[]; values: unknown[][] } {
  if (!('columns' in rows)) {
    const head = Object.keys(rows[0] ?? {});
    return { head, values: rows.map((row) => head.map((name) => row[name])) };
  }
  const { columns, values, index = [] } = rows;
  if (!index.some((label) => typeof label === 'string')) return { head: [...columns], values: values as unknown[][] };
  return { head: ['', ...columns], values: (values as unknown[][]).map((row, i) => [index[i], ...row]) };
}

/** Shares and rates get four decimals, so that they stand below each other; other numbers at least four digits. */
function columnTexts(column: readonly unknown[]): string[] {
  const numbers = column.filter((value): value is number => typeof value === 'number' && !Number.isNaN(value));
  const isShare = numbers.every((value) => Math.abs(value) <= 1) && !numbers.every(Number.isInteger);
  return column.map((value) => {
    if (isMissing(value)) return '–';
    if (typeof value !== 'number') return String(value);
    if (isShare) return value.toFixed(4);
    const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value) || 1)));
    return value.toLocaleString('en-GB', { maximumFractionDigits: Math.min(6, digits) });
  });
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || value === '–' || Number.isNaN(value);
}

/** A number, or a text such as `48.2 %` or `1.3 MB`. */
function isFigure(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^(< )?[-−]?\.?\d[\d.,]*( \S{1,3})?$/.test(value));
}

import CliTable from 'cli-table3';
import type { ResultTable, TableCell } from './table';
import { legendText } from './table-legend';

/** How wide a table may be in a terminal. */
export interface TextTableOptions {
  /** Characters; default: the terminal's width, at most 120, or 100 where there is no terminal. */
  readonly width?: number;
}

/**
 * A result table for a terminal. One table if it fits, else one per task, then with intervals below their means,
 * then with the scenarios of a task in several tables.
 */
export function tableText(table: ResultTable, options: TextTableOptions = {}): string {
  const width = options.width ?? Math.min(process.stdout.columns ?? 100, 120);
  const parts = layOut(table, width);
  const notes = table.notes.map((note, index) => `  ${index + 1}) ${note}`);
  return [table.title, ...parts, '', wrap(legendText(table, { best: '*' }), width), ...notes].join('\n');
}

function layOut(table: ResultTable, width: number): string[] {
  const all = table.columns.map((_column, index) => index);
  const whole = draw(table, all, false);
  if (textWidth(whole) <= width) return [whole];
  const groups = [...new Set(table.columns.map((column) => column.group))];
  return groups.flatMap((group) => {
    const own = all.filter((index) => table.columns[index].group === group);
    for (const stacked of [false, true]) {
      const text = draw(table, own, stacked);
      if (textWidth(text) <= width) return [text];
    }
    return slices(table, own, width).map((slice) => draw(table, slice, true));
  });
}

/** Cuts columns into runs that fit; a single column that does not fit stays as it is. */
function slices(table: ResultTable, columns: readonly number[], width: number): number[][] {
  const result: number[][] = [];
  let current: number[] = [];
  for (const column of columns) {
    if (current.length > 0 && textWidth(draw(table, [...current, column], true)) > width) {
      result.push(current);
      current = [];
    }
    current.push(column);
  }
  return [...result, current];
}

function draw(table: ResultTable, columns: readonly number[], stacked: boolean): string {
  const groups = [...new Set(columns.map((index) => table.columns[index].group))];
  const text = new CliTable({
    style: { head: [], border: [], compact: true, 'padding-left': 1, 'padding-right': 0 },
    chars: LINES,
  });
  const labels = columns.map((index) => right(`${table.columns[index].label} `));
  if (groups.length === 1) text.push([groups[0], ...labels]);
  else {
    const width = (group: string) => columns.filter((index) => table.columns[index].group === group).length;
    text.push(['', ...groups.map((group) => ({ content: group, colSpan: width(group), hAlign: 'center' as const }))]);
    text.push(['', ...labels]);
  }
  for (const row of table.rows) {
    const isKnown = columns.some((index) => row.cells[index].value !== null);
    // A baseline that says nothing about these columns is left out; a method never is.
    if (row.kind === 'reference' && !isKnown) continue;
    text.push([row.name, ...columns.map((index) => right(content(row.cells[index], stacked)))]);
  }
  const lines = text
    .toString()
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trimEnd());
  const headings = groups.length === 1 ? 1 : 2;
  // Rules around the headings only: one below every row drowns the figures.
  const rule = '─'.repeat(Math.max(...lines.map((line) => line.length)));
  return [rule, ...lines.slice(0, headings), rule, ...lines.slice(headings)].join('\n');
}

function right(content: string) {
  return { content, hAlign: 'right' as const };
}

/** The text of a cell. A place for the mark is kept in every cell, so that the points stand below each other. */
function content(cell: TableCell, stacked: boolean): string {
  const mark = cell.standing === null ? ' ' : MARKS[cell.standing];
  const note = cell.note ? `${cell.note}) ` : '';
  if (cell.spread === '') return `${note}${cell.text}${mark}`;
  return stacked ? `${note}${cell.text}${mark}\n${cell.spread} ` : `${note}${cell.text}${cell.spread}${mark}`;
}

const MARKS = { best: '*', level: '≈', behind: ' ', untested: '?' } as const;

const LINES = {
  ...{ top: '─', 'top-mid': '─', 'top-left': '─', 'top-right': '─' },
  ...{ bottom: '─', 'bottom-mid': '─', 'bottom-left': '─', 'bottom-right': '─' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ' },
};

function textWidth(text: string): number {
  return Math.max(...text.split('\n').map((part) => part.length));
}

/** Breaks a sentence at spaces. */
function wrap(text: string, width: number): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}

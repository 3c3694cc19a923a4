import type { ResultTable, TableCell } from './table';
import { legendText } from './table-legend';

/** A result table in Markdown (GitHub's dialect): one table per group of columns, best figures in bold. */
export function tableMarkdown(table: ResultTable): string {
  const groups = [...new Set(table.columns.map((column) => column.group))];
  const parts = groups.map((group) => {
    const columns = table.columns.flatMap((column, index) => (column.group === group ? [index] : []));
    const rows = table.rows.filter(
      (row) => row.kind === 'method' || columns.some((index) => row.cells[index].value !== null),
    );
    return [
      line([group, ...columns.map((index) => table.columns[index].label)]),
      line(['---', ...columns.map(() => '---:')]),
      ...rows.map((row) =>
        line([row.name, ...columns.map((index) => content(row.cells[index]))], row.kind === 'reference'),
      ),
    ].join('\n');
  });
  const notes = table.notes.map((note, index) => `${index + 1}) ${note}`);
  return `${[`**${table.title}**`, ...parts, legendText(table), ...notes].join('\n\n')}\n`;
}

function line(cells: readonly string[], slanted = false): string {
  const escaped = cells.map((cell) => cell.replaceAll('|', '\\|'));
  return `| ${(slanted ? [`*${escaped[0]}*`, ...escaped.slice(1)] : escaped).join(' | ')} |`;
}

function content(cell: TableCell): string {
  const note = cell.note ? ` ${cell.note})` : '';
  const text = cell.best ? `**${cell.text}**` : cell.text;
  return `${text}${cell.spread === '' ? '' : ` ${cell.spread}`}${standingSign(cell)}${note}`;
}

function standingSign({ standing }: TableCell): string {
  return standing === 'level' ? ' ≈' : standing === 'untested' ? ' ?' : '';
}

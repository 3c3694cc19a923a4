import type { ResultTable } from './table';

/** The columns of {@link tableCsv}. */
const HEAD = [
  ...['table', 'row', 'kind', 'seeds', 'group', 'column', 'value', 'half_width', 'interval_over'],
  ...['standing', 'p_holm', 'note'],
];

/**
 * Result tables as one CSV file (RFC 4180) for programs: a line per cell, with full precision. `group` and `column` are
 * what stands above the cell: a task and a scenario, or `cost` and `sent` (bytes) or `time` (seconds).
 */
export function tableCsv(tables: readonly ResultTable[]): string {
  const lines = tables.flatMap((table) =>
    table.rows.flatMap((row) =>
      row.cells.flatMap((cell, index) => {
        const { group, label } = table.columns[index];
        if (cell.value === null && cell.note === undefined) return [];
        const note = cell.note === undefined ? null : table.notes[cell.note - 1];
        const place = [table.title, row.name, row.kind, row.seeds, group, label];
        return [[...place, cell.value, cell.halfWidth, cell.over, cell.standing, cell.adjusted, note]];
      }),
    ),
  );
  return [HEAD, ...lines].map((line) => `${line.map(csvField).join(',')}\r\n`).join('');
}

function csvField(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

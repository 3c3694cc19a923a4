import type { ResultTable, TableRow } from './table';

/** A table of more columns than this is cut into one per task: it would have to be scrolled in a notebook, or leave a page. */
const MOST_COLUMNS = 12;

/** The columns of each table: all, or those of one task; costs stand beside the last task. */
export function tableParts(table: ResultTable): number[][] {
  const all = table.columns.map((_column, index) => index);
  if (all.length <= MOST_COLUMNS) return [all];
  const isCost = (index: number) => ['bytes', 'seconds'].includes(table.columns[index].kind);
  const tasks = [...new Set(all.filter((index) => !isCost(index)).map((index) => table.columns[index].group))];
  return tasks.map((task, place) =>
    all.filter((index) => (isCost(index) ? place === tasks.length - 1 : table.columns[index].group === task)),
  );
}

/** The rows that stand in a part: a baseline that says nothing about its columns is left out, a method never is. */
export function rowsOfPart(table: ResultTable, columns: readonly number[]): TableRow[] {
  return table.rows.filter((row) => row.kind === 'method' || columns.some((index) => row.cells[index].value !== null));
}

/** The groups above some columns, each with its width. */
export function groupsOf(table: ResultTable, columns: readonly number[]): { name: string; width: number }[] {
  const names = columns.map((index) => table.columns[index].group);
  return [...new Set(names)].map((name) => ({ name, width: names.filter((other) => other === name).length }));
}

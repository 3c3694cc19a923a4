import type { DuckDBConnection } from '@duckdb/node-api';
import { DataError, hint } from '../error';
import { matches } from '../paths';
import type { DataSchema } from '../schema';
import { columnsRead, type Rows } from './rows';

/**
 * Checks that no field reads a column that a label or the list `never` names.
 * @throws DataError naming field and column.
 */
export async function checkLeaks(connection: DuckDBConnection, schema: DataSchema, rows: Rows): Promise<void> {
  const never = schema.never ?? [];
  for (const pattern of never) {
    if (/[*?]/.test(pattern) || rows.columns.some((name) => matches(pattern, name))) continue;
    throw new DataError(
      `schema "${schema.name}", never: there is no column "${pattern}"; ${hint(pattern, rows.columns)}`,
    );
  }
  const read = await columnsRead(connection, [...rows.tasks, ...rows.fields]);
  const labels = read.slice(0, rows.tasks.length);
  for (const [k, field] of rows.fields.entries()) {
    for (const column of read[rows.tasks.length + k]) {
      const task = labels.findIndex((columns) => columns.has(column));
      const leak = `schema "${schema.name}", ${field.where} reads the column "${column}"`;
      if (task >= 0)
        throw new DataError(`${leak}, which is part of the label of ${rows.tasks[task].where}; remove the field`);
      const pattern = never.find((entry) => matches(entry, column));
      if (pattern !== undefined)
        throw new DataError(`${leak}, which "never" excludes ("${pattern}"); remove the field`);
    }
  }
}

import { DataError } from '../error';
import { sqlMessage } from './duckdb';
import type { SourceFile } from './fingerprint';

/** One line from DuckDB's report of a bad CSV row: file, line, and what is wrong there. */
export function csvProblem(problem: unknown, files: readonly SourceFile[]): DataError {
  const text = problem instanceof Error ? problem.message : String(problem);
  const file = /\bfile = (.*)/.exec(text)?.[1] ?? files[0].path;
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const where = line === undefined ? file : `${file}, line ${line}`;
  const count = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text);
  if (count) {
    return new DataError(
      `${where}: ${count[2]} values where ${count[1]} columns are expected; correct or remove this line` +
        ' (a value that holds the delimiter must be quoted)',
    );
  }
  const cast = /converting column "(.*)"\. Could not convert string "(.*)" to '(\w+)'/.exec(text);
  if (cast) {
    return new DataError(
      `${where}, column "${cast[1]}": "${cast[2]}" is not ${typeText(cast[3])}; correct it or declare it as missing`,
    );
  }
  const row = /Original Line: (.*)/.exec(text)?.[1];
  const reason = text
    .split('\n')
    .slice(line === undefined ? 0 : 2, line === undefined ? 1 : 3)
    .join(' ');
  return new DataError(
    `${where}: ${sqlMessage(new Error(reason))}${row === undefined ? '' : ` in: ${row.slice(0, 120)}`}`,
  );
}

function typeText(type: string): string {
  if (/DOUBLE|FLOAT/.test(type)) return 'a number';
  return /INT/.test(type) ? 'an integer' : `a ${type.toLowerCase()}`;
}

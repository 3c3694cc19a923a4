import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Work } from '../work';

/** Files in the order of the table; others follow by name. */
const ORDER = ['step.js', 'evaluation.js', 'server.js', 'ranking.js', 'columns.js'];

/** The works of all files of this folder. */
export function allWorks(): readonly Work[] {
  const place = (file: string) => (ORDER.includes(file) ? ORDER.indexOf(file) : ORDER.length);
  const files = readdirSync(__dirname).filter((file) => file.endsWith('.js') && file !== 'index.js');
  files.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
  return files.flatMap((file) => (require(join(__dirname, file)) as { works: readonly Work[] }).works);
}

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import { DataError } from '../../lib/data/error';
import type { DataSchema } from '../../lib/data/schema';

/** A new folder with the given files; the caches of the test go below it as well. */
export function folderWith(files: Record<string, string | Buffer>): string {
  const folder = mkdtempSync(join(tmpdir(), 'pf-data-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Two scenarios with train, validation and test rows each; every figure in the tests is worked out from these. */
export const tinyCsv = `country,day,colour,price,bought,paid
A,1,red,1,1,1
A,1,red,3,0,0
A,1,blue,5,1,0
A,1,,7,0,0
A,2,green,9,1,1
A,3,red,,0,0
B,1,blue,1,0,0
B,1,red,3,1,1
B,1,white,5,0,0
B,1,blue,7,1,0
B,2,red,11,0,0
B,3,blue,4,1,1
`;

export const tinySchema: DataSchema = {
  name: 'tiny',
  sources: [{ name: 'sales', files: 'tiny.csv' }],
  scenario: { expression: 'country' },
  tasks: [
    { name: 'buy', expression: 'bought' },
    { name: 'pay', expression: 'bought = 1 AND paid = 1' },
  ],
  fields: [
    { kind: 'categorical', name: 'colour' },
    { kind: 'numerical', name: 'price' },
  ],
  split: { by: { train: 'day = 1', validation: 'day = 2', test: 'day = 3' } },
};

/** The message of the DataError that `action` must throw; one line, as all of them are. */
export async function errorOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (problem) {
    assert.instance(problem, DataError, String(problem));
    const { message } = problem as DataError;
    assert.not.match(message, /\n/);
    return message;
  }
  throw new Error('expected a DataError, but nothing was thrown');
}

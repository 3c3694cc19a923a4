import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** One measurement of memory. */
export interface MemoryRow {
  readonly name: string;
  readonly about: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost: number;
  readonly met: boolean;
  readonly facts?: Readonly<Record<string, number>>;
}

/** What the process of its own reports for the small size: after each hundred steps. */
export interface SmallRun {
  readonly tensors: readonly number[];
  readonly megabytes: readonly number[];
}

/** The same for the published size, in megabytes. */
export interface PublishedRun {
  /** Peak beyond what the process held before the client was made. */
  readonly peak: number;
  readonly parameters: number;
  readonly optimizer: number;
  readonly gradients: number;
  readonly activations: number;
}

/** Measures in processes of their own, so that nothing else of the benchmark is counted. */
export function measureMemory(quick: boolean): MemoryRow[] {
  const worker = <Run>(...args: string[]) => {
    const nodeArgs = [...process.execArgv, join(__dirname, 'memory-worker.js'), ...args];
    return JSON.parse(execFileSync(process.execPath, nodeArgs, { encoding: 'utf8' })) as Run;
  };
  return memoryRows(worker<SmallRun>('small', quick ? '300' : '1000'), worker<PublishedRun>('published', '10'));
}

/** The rows of the table, from what the workers report. */
export function memoryRows(small: SmallRun, published: PublishedRun): MemoryRow[] {
  const steps = 100 * small.tensors.length;
  const growth = (values: readonly number[]) => Math.max(0, values[values.length - 1] - values[0]);
  const { peak, ...parts } = published;
  const computed = Object.values(parts).reduce((sum, part) => sum + part, 0);
  const rows: Omit<MemoryRow, 'met'>[] = [
    {
      name: 'tensors',
      about: `tensors gained from small step 100 to ${steps}`,
      ...{ value: growth(small.tensors), unit: '', atMost: 0 },
    },
    {
      name: 'resident',
      about: `resident memory gained from small step 100 to ${steps}`,
      ...{ value: growth(small.megabytes), unit: 'MB', atMost: 10 },
      facts: { 'MB after step 100': small.megabytes[0] },
    },
    {
      name: 'peak',
      about: 'peak of published steps over parameters, optimiser, gradients, activations',
      ...{ value: peak / computed, unit: '×', atMost: 1.5 },
      facts: { ...parts, computed, peak },
    },
  ];
  return rows.map((row) => ({ ...row, met: row.value <= row.atMost }));
}

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from './compare';
import { cacheFolder } from './folders';
import { BenchError, type BenchOptions } from './options';
import type { BenchResult } from './result';

/** Set in a process that times one work for another one, which has compared the results and prints the table. */
const PART = 'PF_BENCH_PART';
export const isPart = (): boolean => process.env[PART] === '1';

/**
 * Times one work in processes of its own, ours and the peer's: what a work leaves in memory must not slow the next.
 *
 * @throws BenchError where the process ends without a result; what it complained about has been shown
 */
export async function timeApart(
  work: string,
  { quick, threads, peer }: BenchOptions,
  repeats: number,
  python: string | undefined,
): Promise<Row> {
  mkdirSync(cacheFolder('shared'), { recursive: true });
  const file = cacheFolder('shared', `row-${process.pid}-${work}.json`);
  const numbers = ['--repeats', String(repeats), '--threads', String(threads)];
  const flags = [...(quick ? ['--quick'] : []), ...(peer ? [] : ['--no-peer'])];
  const args = [...process.execArgv, join(__dirname, 'main.js'), '--only', work, ...numbers, ...flags, '--out', file];
  const env = { ...process.env, [PART]: '1', ...(python && { PF_BENCH_PYTHON: python }) };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const stop = () => child.kill();
  process.once('exit', stop);
  try {
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new BenchError(`The work "${work}" could not be timed.`);
    return (JSON.parse(readFileSync(file, 'utf8')) as BenchResult).rows[0];
  } finally {
    process.off('exit', stop);
    rmSync(file, { force: true });
  }
}

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { backendFacts } from '../../lib/backend/execute';
import { writeAtomically } from '../../lib/experiments/store-files';
import type { Agreement } from './check';
import type { Row } from './compare';
import type { MemoryRow } from './memory';
import { BenchError } from './options';
import type { PeerFacts } from './peer';
import type { Scaling } from './scaling';

/** Where times were taken: they mean nothing without it. */
export interface Machine {
  readonly processor: string;
  /** Processors that this process may use. */
  readonly cores: number;
  readonly memoryGB: number;
  readonly system: string;
}

/** What a run of the benchmark found: the content of a result file. */
export interface BenchResult {
  readonly date: string;
  readonly machine: Machine;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly quick: boolean;
  readonly repeats: number;
  /** How far both sides were apart where they must compute the same. */
  readonly agreements: readonly Agreement[];
  readonly rows: readonly Row[];
  readonly memory: readonly MemoryRow[];
  readonly scaling?: Scaling;
}

export const thisMachine = (): Machine => ({
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryGB: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${arch()}`,
});

export function versions(peer?: PeerFacts): Record<string, string> {
  const ours = { node: process.versions.node, libtensorflow: backendFacts().tensorflow };
  if (!peer) return ours;
  const { python, torch, torchBlas, numpy, numpyBlas } = peer;
  return { ...ours, python, torch, torchBlas, numpy, numpyBlas };
}

/** One line that names machine and versions. */
export function machineText({
  machine,
  threads,
  versions,
}: Pick<BenchResult, 'machine' | 'threads' | 'versions'>): string {
  const { processor, cores, memoryGB, system } = machine;
  const known = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${processor}, ${cores} cores, ${memoryGB} GB, ${system}; ${threads} threads each; ${known.join(', ')}`;
}

/** Checks that a result can be written, before the time to make it is spent. */
export function requireWritable(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const probe = `${file}.${process.pid}.probe`;
    writeAtomically(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new BenchError(`--out: ${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? error}).`);
  }
}

export function writeResult(file: string, result: BenchResult | Scaling): void {
  mkdirSync(dirname(file), { recursive: true });
  writeAtomically(file, `${JSON.stringify(result, rounded, 1)}\n`);
}

/** Six figures are more than any time is worth. */
const rounded = (_key: string, value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;

export function readResult(file: string): BenchResult | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BenchResult) : undefined;
}

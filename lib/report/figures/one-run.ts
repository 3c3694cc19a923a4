import type { RoundRecord } from '../../experiments/types';
import { type CoordinateDiagnostics, isCoordinateDiagnostics } from '../../federated/diagnostics/types';
import { runsOf } from './curves';

/** Which run a figure shows that has room for one. */
export interface OneRunOptions {
  readonly title?: string;
  /** Default: the first method whose records hold what the figure shows. */
  readonly method?: string;
  /** Default: the first seed of the method. */
  readonly seed?: number;
}

/** One method and seed. */
export interface OneRun {
  /** In the order of the rounds; empty where no record holds what was asked for. */
  readonly records: readonly RoundRecord[];
  /** For the title: `: method, seed 1`. */
  readonly label: string;
}

/** The records of one method and seed that hold something. */
export function oneRun(
  rounds: readonly RoundRecord[],
  { method, seed }: OneRunOptions,
  holds: (record: RoundRecord) => boolean,
): OneRun {
  const wanted = rounds.filter(
    (record) =>
      (method === undefined || record.method === method) &&
      (seed === undefined || record.seed === seed) &&
      holds(record),
  );
  for (const [name, seeds] of runsOf(wanted)) {
    for (const [number, records] of seeds) return { records, label: `: ${name}, seed ${number}` };
  }
  return { records: [], label: '' };
}

/** What `coordinate` reported in a round: of a parameter group, or of the first group that has such a report. */
export function coordinationOf({ diagnostics }: RoundRecord, group?: string): CoordinateDiagnostics | undefined {
  const reports = Object.entries(diagnostics).filter(([name]) => group === undefined || name === group);
  return reports.map(([, report]) => report).find(isCoordinateDiagnostics);
}

/** The mean of some numbers; `null` of none. */
export const meanOf = (numbers: readonly number[]): number | null =>
  numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

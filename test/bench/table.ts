import CliTable from 'cli-table3';
import type { Row } from './compare';
import type { MemoryRow } from './memory';
import type { Goal } from './work';

/** Milliseconds with three figures. */
export const milliseconds = (ms: number | null): string => {
  if (ms === null) return '';
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2);
};

const goalText = (goal?: Goal): string => {
  if (!goal) return '';
  return 'ratio' in goal ? `≥ ${goal.ratio}` : `≤ ${percent(goal.share)}`;
};

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

const ratioText = ({ ratio, share }: Row): string => {
  if (share !== undefined) return percent(share);
  return ratio === null ? '' : ratio.toFixed(2);
};

export const verdict = (met?: boolean): string => (met === undefined ? '' : met ? 'met' : 'missed');

/** The rows of a comparison for the terminal. */
export function tableText(rows: readonly Row[]): string {
  const table = plainTable(['work', 'peer min', 'median', 'ours min', 'median', 'ratio', 'goal', '']);
  for (const row of rows) {
    const peer = row.peers ? ` (peer: ${row.peer})` : '';
    table.push([
      `${row.disturbed ? '~ ' : ''}${row.about}${peer}`,
      milliseconds(row.peerMinMs),
      milliseconds(row.peerMs),
      milliseconds(row.ourMinMs),
      milliseconds(row.ourMs),
      ratioText(row),
      goalText(row.goal),
      verdict(row.met),
    ]);
  }
  const note = rows.some(({ disturbed }) => disturbed)
    ? '\n~ The machine was busy with something else (a median is more than a fifth above its minimum). PyTorch suffers more ' +
      'from that than this kit, so such a ratio says little: run it again on a quiet machine.'
    : '';
  return `${table}\nMilliseconds of one run; ratio: median of the peer over ours.${note}`;
}

/** The rows of the memory measurements. */
export function memoryText(rows: readonly MemoryRow[]): string {
  const table = plainTable(['memory', 'value', 'goal', '']);
  for (const { about, value, unit, atMost, met } of rows) {
    table.push([about, `${Number(value.toPrecision(3))} ${unit}`, `≤ ${atMost} ${unit}`, verdict(met)]);
  }
  const parts = rows
    .flatMap(({ facts }) => Object.entries(facts ?? {}))
    .map(([name, mb]) => `${name} ${mb.toFixed(0)}`);
  return `${table}\nMB: ${parts.join(', ')}.`;
}

/** A table with rules around its heading only; all columns but the first stand right. */
export function plainTable(head: readonly string[]): CliTable.Table {
  const none = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '', left: '', right: '', middle: ' ' };
  const ends = {
    'top-mid': '─',
    'top-left': '',
    'top-right': '',
    'bottom-mid': '─',
    'bottom-left': '',
    'bottom-right': '',
  };
  return new CliTable({
    head: [...head],
    chars: { ...none, ...ends },
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
}

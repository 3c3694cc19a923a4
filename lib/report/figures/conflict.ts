import type { RoundRecord } from '../../experiments/types';
import type { Figure } from '../figure';
import { panelAxes, panelLayout } from '../panels';
import { countText } from './captions';
import { divergingColours, expertNames, heatMap, nameAxis, upToTenth } from './heat-map';
import { coordinationOf, meanOf, type OneRunOptions, oneRun } from './one-run';

/** How to draw {@link conflictFigure}. */
export interface ConflictFigureOptions extends OneRunOptions {
  /** Parameter group; default: the first one that is coordinated. */
  readonly group?: string;
}

/**
 * How far the clients' movements of each expert agree, round by round: the mean cosine over pairs of clients of what
 * they trained (before coordination) and of what they end up with (after), one row per expert. Blue agrees, orange-red
 * conflicts.
 */
export function conflictFigure(rounds: readonly RoundRecord[], options: ConflictFigureOptions = {}): Figure {
  const reportOf = (record: RoundRecord) => coordinationOf(record, options.group);
  const { records, label } = oneRun(rounds, options, (record) => reportOf(record) !== undefined);
  const reports = records.map((record) => reportOf(record)!);
  const experts = expertNames(reports[0]?.cosines.length ?? 0);
  const taking = Math.max(0, ...reports.map(({ clients }) => clients.length));
  const panels = [
    { name: 'before coordination', cosines: reports.map((report) => report.cosines) },
    { name: 'after', cosines: reports.map((report) => report.cosinesAfter) },
  ].map(({ name, cosines }) => ({
    name,
    z: experts.map((_, expert) => cosines.map((matrices) => meanOf(pairs(matrices[expert])))),
  }));
  const layout = panelLayout(
    panels.map(({ name }) => name),
    {
      title: options.title ?? `Agreement of the clients' movements${label}`,
      caption: `Mean cosine (no unit) over ${countText((taking * (taking - 1)) / 2, 'pair')} of clients; n = 1 seed. Below 0: they conflict.`,
      xTitle: 'round',
      yTitle: '',
      sharedRows: true,
      rowHeight: Math.max(200, 80 + 34 * experts.length),
      xAxis: { tickformat: 'd', showgrid: false },
      yAxis: { ...nameAxis, autorange: 'reversed' },
    },
  );
  const colours = divergingColours('mean cosine<br>(no unit)', upToTenth(panels.flatMap(({ z }) => z.flat())));
  const data = panels.map(({ name, z }, panel) =>
    heatMap(
      {
        ...{ name, z },
        x: records.map(({ round }) => round),
        y: experts,
        hover: `<b>${name}</b>, %{y}, round %{x}<br>mean cosine %{z:.4f}`,
      },
      panelAxes(panel),
    ),
  );
  return { data: experts.length === 0 ? [] : data, layout: { ...layout, coloraxis: colours } };
}

/** The entries above the diagonal: one per pair. */
const pairs = (matrix: readonly (readonly number[])[]): number[] => matrix.flatMap((row, i) => row.slice(i + 1));

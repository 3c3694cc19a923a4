import type { RoundRecord } from '../../experiments/types';
import type { Figure } from '../figure';
import { panelAxes, panelLayout } from '../panels';
import { countText } from './captions';
import { clientCurve } from './client-curves';
import { type OneRunOptions, oneRun } from './one-run';

/** How to draw {@link normsFigure}. */
export interface NormsFigureOptions extends OneRunOptions {
  /** Length of what local training did in the round, of the values after it, or the first as a share of the second. Default: `movement`. */
  readonly show?: 'movement' | 'value' | 'share';
}

const looks = {
  movement: { title: 'Length of the local movements', yTitle: 'length (parameter units)', unit: 'in parameter units' },
  value: {
    title: 'Length of the parameters after local training',
    yTitle: 'length (parameter units)',
    unit: 'in parameter units',
  },
  share: {
    title: 'Local movements as a share of the parameters',
    yTitle: 'share (no unit)',
    unit: 'movement by value (no unit)',
  },
} as const;

/** Norms of every parameter group before aggregation, round by round: one panel per group, one colour per client. */
export function normsFigure(rounds: readonly RoundRecord[], options: NormsFigureOptions = {}): Figure {
  const measured = ({ clientDiagnostics = [] }: RoundRecord) =>
    clientDiagnostics.flatMap(({ client, norms }) => (norms ? [{ client, norms }] : []));
  const { records, label } = oneRun(rounds, options, (record) => measured(record).length > 0);
  const all = records.flatMap(measured);
  const groups = [...new Set(all.flatMap(({ norms }) => Object.keys(norms)))];
  const clients = [...new Set(all.map(({ client }) => client))];
  const show = options.show ?? 'movement';
  const data = groups.flatMap((group, panel) =>
    clients.flatMap((client) => {
      const points = records.flatMap((record) => {
        const norms = measured(record).find((one) => one.client === client)?.norms[group];
        if (!norms) return [];
        const share = norms.value > 0 ? norms.movement / norms.value : 0;
        return [{ round: record.round, y: show === 'share' ? share : norms[show] }];
      });
      return clientCurve(client, points, panelAxes(panel), { inLegend: panel === 0, hover: `${group}: %{y:.4g}` });
    }),
  );
  const layout = panelLayout(groups, {
    title: options.title ?? `${looks[show].title}${label}`,
    caption: `Euclidean length of all numbers of a group, ${looks[show].unit}, before aggregation; ${countText(clients.length, 'client')}, n = 1 seed.`,
    xTitle: 'round',
    yTitle: looks[show].yTitle,
    perRow: 3,
    rowHeight: 240,
    xAxis: { tickformat: 'd', rangemode: 'tozero' },
    yAxis: { rangemode: 'tozero' },
  });
  return { data, layout };
}

import type { RoundRecord } from '../../experiments/types';
import { isAttendDiagnostics, isCoordinateDiagnostics, type RuleDiagnostics } from '../../federated/diagnostics/types';
import type { Figure } from '../figure';
import { panelAxes, panelLayout } from '../panels';
import { countText } from './captions';
import { clientCurve } from './client-curves';
import { meanOf, type OneRunOptions, oneRun } from './one-run';

/**
 * How much every client takes from the others, round by round: one panel per parameter group whose rule has rates (α of
 * the experts, β of the towers), one colour per client. The line is the mean over experts (or towers and layers), the
 * band reaches from the lowest to the highest. A round that a client sat out leaves no point.
 */
export function ratesFigure(rounds: readonly RoundRecord[], options: OneRunOptions = {}): Figure {
  const groupsOf = ({ diagnostics }: RoundRecord) =>
    Object.entries(diagnostics).flatMap(([group, report]) => (ratesOf(report) ? [group] : []));
  const { records, label } = oneRun(rounds, options, (record) => groupsOf(record).length > 0);
  const groups = [...new Set(records.flatMap(groupsOf))];
  const reports = (group: string) =>
    records.flatMap(({ round, diagnostics }) => {
      const rates = diagnostics[group] && ratesOf(diagnostics[group]);
      return rates ? [{ round, rates }] : [];
    });
  const clients = [...new Set(groups.flatMap((group) => reports(group).flatMap(({ rates }) => Object.keys(rates))))];
  const data = groups.flatMap((group, panel) =>
    clients.flatMap((client) => {
      const points = reports(group).flatMap(({ round, rates }) => {
        const own = rates[client] ?? [];
        const y = meanOf(own);
        return y === null ? [] : [{ round, y, lowest: Math.min(...own), highest: Math.max(...own) }];
      });
      return clientCurve(client, points, panelAxes(panel), { inLegend: panel === 0, hover: 'mean rate %{y:.3f}' });
    }),
  );
  const layout = panelLayout(groups, {
    title: options.title ?? `What clients take from the others${label}`,
    caption: `Share (no unit) of a client's value that comes from the others; line: mean over experts (or towers and layers), band: lowest to highest; ${countText(clients.length, 'client')}, n = 1 seed.`,
    xTitle: 'round',
    yTitle: 'rate (share, no unit), mean and range',
    xAxis: { tickformat: 'd', rangemode: 'tozero' },
    yAxis: { range: [-0.03, 1.03], tickformat: '.1f' },
  });
  return { data, layout };
}

function ratesOf(report: RuleDiagnostics): Readonly<Record<string, readonly number[]>> | undefined {
  return isCoordinateDiagnostics(report) || isAttendDiagnostics(report) ? report.rates : undefined;
}

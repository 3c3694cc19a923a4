import type { RoundRecord } from '../../experiments/types';
import type { Figure, FigureTrace } from '../figure';
import { byteUnit } from '../format';
import { type PanelAxes, panelAxes, panelLayout, plain } from '../panels';
import { methodStyle } from '../style';
import { seedsText } from './captions';
import { methodCurves, runsOf, type SeedCurve, tasksOf } from './curves';

/**
 * Validation AUC (macro mean over scenarios) by the bytes that all clients have sent and received so far: what a method
 * reaches for its traffic. A method that sends nothing is a dotted line at its best AUC (the mean of its seeds' best rounds).
 */
export function aucByBytes(rounds: readonly RoundRecord[], options: { readonly title?: string } = {}): Figure {
  const runs = runsOf(rounds);
  const tasks = tasksOf(rounds);
  const totals = [...runs].map(([, seeds]) => Math.max(...[...seeds.values()].map(totalBytes)));
  const most = Math.max(1, ...totals);
  const { divisor, unit } = byteUnit(most);
  const data = tasks.flatMap((task, panel) =>
    [...runs].flatMap(([method, seeds], index) => {
      const curves = [...seeds].map(([seed, records]) => ({ seed, points: points(records, task, divisor) }));
      const axes = panelAxes(panel);
      const inLegend = panel === 0;
      if (totals[index] === 0) return level(method, curves, axes, inLegend, most / divisor);
      return methodCurves(method, curves, axes, { inLegend, hover: `%{x:.1f} ${unit}, AUC %{y:.4f}` });
    }),
  );
  const layout = panelLayout(tasks, {
    title: options.title ?? 'Validation AUC by traffic',
    caption: `AUC (no unit), mean over scenarios, by what all clients sent and received; thick: mean over ${seedsText(rounds)}.`,
    xTitle: `bytes sent and received (${unit})`,
    yTitle: 'AUC, mean over scenarios',
    xAxis: { rangemode: 'tozero' },
    yAxis: { tickformat: '.3f' },
  });
  return { data, layout };
}

function points(records: readonly RoundRecord[], task: string, divisor: number) {
  let bytes = 0;
  return records.flatMap((record) => {
    bytes += record.bytes.up + record.bytes.down;
    const auc = record.macro[task] ?? null;
    return auc === null ? [] : [{ round: record.round, x: bytes / divisor, y: auc }];
  });
}

function totalBytes(records: readonly RoundRecord[]): number {
  return records.reduce((sum, record) => sum + record.bytes.up + record.bytes.down, 0);
}

function level(
  method: string,
  curves: readonly SeedCurve[],
  axes: PanelAxes,
  inLegend: boolean,
  end: number,
): FigureTrace[] {
  const best = curves.flatMap((curve) =>
    curve.points.length === 0 ? [] : [Math.max(...curve.points.map((point) => point.y))],
  );
  if (best.length === 0) return [];
  const mean = best.reduce((sum, value) => sum + value, 0) / best.length;
  return [
    {
      type: 'scatter',
      mode: 'lines',
      name: `${plain(method)} (sends nothing)`,
      legendgroup: method,
      showlegend: inLegend,
      xaxis: axes.x,
      yaxis: axes.y,
      x: [0, end],
      y: [mean, mean],
      line: { color: methodStyle(method).colour, width: 2, dash: 'dot' },
      hovertemplate: `<b>${plain(method)}</b>, sends nothing<br>best AUC %{y:.4f}<extra></extra>`,
    },
  ];
}

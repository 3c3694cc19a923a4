import { type StudyRow, settingText } from '../../experiments/study';
import { meanInterval } from '../../statistics';
import type { Figure, FigureTrace } from '../figure';
import { byteUnit } from '../format';
import { aucBySeed, methodsOf, settingsOf, tasksOf } from '../paired';
import { panelAxes, panelLayout, plain } from '../panels';
import { methodStyle } from '../style';
import { overSeeds } from './captions';

/**
 * What methods reach for what they send: AUC with its 95 % interval over seeds by the bytes of a whole run, one panel per
 * task. The points of a method at several settings are joined.
 */
export function aucByTraffic(rows: readonly StudyRow[], options: { readonly title?: string } = {}): Figure {
  const { divisor, unit } = byteUnit(Math.max(1, ...rows.map(({ bytes }) => bytes)));
  const tasks = tasksOf(rows);
  const data = tasks.flatMap((task, panel) =>
    methodsOf(rows).map((method): FigureTrace => {
      const points = settingsOf(rows.filter((row) => row.method === method))
        .flatMap(({ setting, rows: own }) => {
          const auc = meanInterval([...aucBySeed(own, method, task).values()]);
          const sent = meanInterval(own.map(({ bytes }) => bytes));
          return auc && sent ? [{ at: settingText(setting), sent: sent.mean / divisor, auc }] : [];
        })
        .sort((one, other) => one.sent - other.sent);
      const { colour, dash, symbol } = methodStyle(method);
      return {
        type: 'scatter',
        mode: 'lines+markers',
        name: plain(method),
        legendgroup: method,
        showlegend: panel === 0,
        xaxis: panelAxes(panel).x,
        yaxis: panelAxes(panel).y,
        x: points.map(({ sent }) => sent),
        y: points.map(({ auc }) => auc.mean),
        customdata: points.map(({ at }) => (at === 'all' ? '' : `${plain(at)}, `)),
        error_y: { type: 'data', array: points.map(({ auc }) => auc.halfWidth ?? 0), thickness: 1.5, width: 4 },
        line: { color: colour, width: 2, dash },
        marker: { color: colour, size: 10, symbol },
        hovertemplate: `<b>${plain(method)}</b><br>%{customdata}%{x:.1f} ${unit}: AUC %{y:.4f}<extra></extra>`,
      };
    }),
  );
  const layout = panelLayout(tasks, {
    title: options.title ?? 'AUC by traffic of a run',
    caption: `AUC (no unit), mean over scenarios, by what all clients sent and received (${unit}); ${overSeeds(rows)}.`,
    xTitle: `bytes sent and received (${unit})`,
    yTitle: 'AUC, mean over scenarios',
    xAxis: { rangemode: 'tozero' },
    yAxis: { tickformat: '.3f' },
  });
  return { data, layout };
}

import type { StudyRow } from '../../experiments/study';
import type { Figure, FigureTrace } from '../figure';
import { methodsOf, pairedDifferences, tasksOf } from '../paired';
import { panelAxes, panelLayout, plain } from '../panels';
import { methodStyle } from '../style';
import { overSeeds } from './captions';

/**
 * What a module gives when a dial of the data is turned: AUC of the full method minus AUC of the method without the
 * module, paired by seed, mean over scenarios, with 95 % intervals. One panel per task, one curve per ablation.
 *
 * @param full the method that the others are parts of
 */
export function gainByDial(rows: readonly StudyRow[], full = 'pf-msmtrec'): Figure {
  const tasks = tasksOf(rows);
  const ablations = methodsOf(rows).filter((method) => method !== full);
  const dial = Object.keys(rows[0]?.setting ?? {})[0] ?? 'dial';
  const values = [...new Set(rows.map(({ setting }) => Number(setting[dial])))].sort((a, b) => a - b);
  const step = values.length > 1 ? (values[values.length - 1] - values[0]) / (values.length - 1) : 1;
  const data = tasks.flatMap((task, panel) =>
    ablations.map((ablation, place): FigureTrace => {
      const { x, y } = panelAxes(panel);
      const style = methodStyle(ablation);
      const points = pairedDifferences(rows, full, ablation)
        .filter((one) => one.task === task)
        .sort((a, b) => Number(a.setting[dial]) - Number(b.setting[dial]));
      // Curves stand a little beside each other, so that their intervals can be told apart.
      const beside = 0.08 * step * (place - (ablations.length - 1) / 2);
      return {
        type: 'scatter',
        mode: 'lines+markers',
        name: plain(`over ${ablation}`),
        legendgroup: ablation,
        showlegend: panel === 0,
        xaxis: x,
        yaxis: y,
        x: points.map(({ setting }) => Number(setting[dial]) + beside),
        y: points.map(({ difference }) => difference.mean),
        error_y: {
          type: 'data',
          array: points.map(({ difference }) => difference.halfWidth ?? 0),
          visible: points.some(({ difference }) => difference.halfWidth !== null),
          thickness: 1.5,
          width: 4,
        },
        line: { color: style.colour, width: 2.5, dash: style.dash },
        marker: { color: style.colour, size: 8, symbol: style.symbol },
        hovertemplate: `<b>${plain(full)} over ${plain(ablation)}</b><br>${dial} %{x:.2f}: %{y:+.4f} AUC<extra></extra>`,
      };
    }),
  );
  const layout = panelLayout(tasks, {
    title: `Gain in test AUC by ${dial}`,
    caption: `${full} minus its ablation, AUC (no unit), mean over scenarios, paired by seed; ${overSeeds(rows)}.`,
    xTitle: dial,
    yTitle: `${full} minus ablation`,
    xAxis: { tickvals: values },
    yAxis: { tickformat: '+.3f', zeroline: true, zerolinecolor: '#555555' },
  });
  return { data, layout };
}

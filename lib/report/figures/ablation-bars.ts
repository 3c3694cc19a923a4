import type { StudyRow } from '../../experiments/study';
import type { Figure, FigureTrace } from '../figure';
import { type Measure, methodsOf, pairedDifferences, tasksOf } from '../paired';
import { panelAxes, panelLayout, plain } from '../panels';
import { methodStyle } from '../style';
import { overSeeds } from './captions';

const PATTERNS = { solid: '', dash: '/', dot: '.' } as const;

/**
 * How far each method is ahead of the full one (right of zero) or behind it (left): paired differences in AUC with
 * 95 % intervals over seeds, one panel per task.
 */
export function ablationBars(rows: readonly StudyRow[], full = 'pf-msmtrec', measure: Measure = 'mean'): Figure {
  const tasks = tasksOf(rows);
  const methods = methodsOf(rows).filter((method) => method !== full);
  const data = tasks.map((task, panel): FigureTrace => {
    const { x, y } = panelAxes(panel);
    const bars = methods.flatMap((method) =>
      pairedDifferences(rows, method, full, measure).filter((one) => one.task === task),
    );
    return {
      type: 'bar',
      orientation: 'h',
      showlegend: false,
      xaxis: x,
      yaxis: y,
      y: bars.map(({ method }) => plain(method)),
      x: bars.map(({ difference }) => difference.mean),
      error_x: {
        type: 'data',
        array: bars.map(({ difference }) => difference.halfWidth ?? 0),
        visible: bars.some(({ difference }) => difference.halfWidth !== null),
        thickness: 1.5,
        width: 4,
      },
      // Methods that share a colour differ in their dash where they are lines, and in their pattern here.
      marker: {
        color: bars.map(({ method }) => methodStyle(method).colour),
        opacity: 0.75,
        pattern: { shape: bars.map(({ method }) => PATTERNS[methodStyle(method).dash]), size: 6, solidity: 0.25 },
      },
      hovertemplate: `<b>%{y}</b> minus ${plain(full)}: %{x:+.4f} AUC<extra></extra>`,
    };
  });
  const layout = panelLayout(tasks, {
    title: `AUC against ${full}, ${measure === 'mean' ? 'mean over scenarios' : 'worst scenario'}`,
    caption: `Difference in AUC (no unit), paired by seed; ${overSeeds(rows)}.`,
    xTitle: `AUC minus that of ${full}`,
    yTitle: '',
    sharedRows: true,
    rowHeight: 120 + 28 * methods.length,
    xAxis: { tickformat: '+.3f', zeroline: true, zerolinecolor: '#555555' },
    yAxis: { autorange: 'reversed' },
  });
  return { data, layout };
}

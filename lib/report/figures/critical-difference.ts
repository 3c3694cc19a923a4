import type { Figure, FigureTrace } from '../figure';
import { panelAxes, panelLayout, plain } from '../panels';
import type { MethodRanks } from '../ranks';
import { methodStyle } from '../style';

/**
 * Mean ranks of methods with Nemenyi's critical difference: bars reach half of it to both sides, so that two methods can
 * be told apart exactly where their bars do not overlap. The best stands on top, and the shaded strip holds all that
 * cannot be told from it.
 */
export function criticalDifferenceFigure(ranks: MethodRanks, options: { readonly title?: string } = {}): Figure {
  const { criticalDifference, blocks } = ranks;
  const methods = ranks.methods
    .map((method, i) => ({ method, rank: ranks.meanRanks[i] }))
    .sort((one, other) => one.rank - other.rank);
  const axes = panelAxes(0);
  const data = methods.map(({ method, rank }): FigureTrace => {
    const { colour, symbol } = methodStyle(method);
    return {
      type: 'scatter',
      mode: 'markers',
      name: plain(method),
      showlegend: false,
      xaxis: axes.x,
      yaxis: axes.y,
      x: [rank],
      y: [plain(method)],
      error_x: { type: 'data', array: [criticalDifference / 2], thickness: 2, width: 5, color: colour },
      marker: { color: colour, symbol, size: 11 },
      hovertemplate: `<b>${plain(method)}</b>: mean rank %{x:.2f}<extra></extra>`,
    };
  });
  const best = methods[0].rank;
  const layout = panelLayout([''], {
    title: options.title ?? 'Mean ranks and what can be told apart',
    caption: `Rank 1 is the best AUC of a block; n = ${blocks} blocks (scenario and task). Bars that overlap: not told apart (Nemenyi, level .05).`,
    xTitle: 'mean rank (no unit)',
    yTitle: '',
    rowHeight: 60 + 30 * methods.length,
    xAxis: { tickvals: methods.map((_method, i) => i + 1) },
    yAxis: { type: 'category', autorange: 'reversed', showgrid: false },
  });
  const strip = {
    type: 'rect',
    layer: 'below',
    line: { width: 0 },
    fillcolor: 'rgba(0, 114, 178, 0.08)',
    xref: axes.x,
    yref: 'paper',
    ...{ x0: best - criticalDifference / 2, x1: best + criticalDifference / 2, y0: 0, y1: 1 },
  };
  return { data, layout: { ...layout, shapes: [strip] } };
}

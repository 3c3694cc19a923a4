import type { Figure, FigureTrace } from '../../lib/report/figure';
import { panelAxes, panelLayout } from '../../lib/report/panels';
import { PALETTE } from '../../lib/report/style';
import type { Curve } from './scaling';

const COLOURS = Object.values(PALETTE).filter((colour) => colour !== PALETTE.black);

/**
 * Time against work, both logarithmic, one panel for each thing that grows. The dotted line through the first point of
 * a panel's first curve is growth as the work: what is steeper grows faster.
 */
export function scalingFigure(curves: readonly Curve[]): Figure {
  const panels = [...new Set(curves.map(({ along }) => along))];
  const data = panels.flatMap((along, panel): FigureTrace[] => {
    const { x, y } = panelAxes(panel);
    const own = curves.filter((curve) => curve.along === along);
    const lines = own.map(
      ({ name, work, ms }, i): FigureTrace => ({
        ...{ type: 'scatter', mode: 'lines+markers', name, x: work, y: ms, xaxis: x, yaxis: y },
        line: { color: COLOURS[i % COLOURS.length], width: 2.5 },
        showlegend: own.length > 1,
        hovertemplate: `<b>${name}</b>: %{y:.3g} ms at %{x:,} ${along}<extra></extra>`,
      }),
    );
    const { work, ms } = own[0];
    return [...lines, reference(work, ms[0], { xaxis: x, yaxis: y, showlegend: panel === 0 })];
  });
  const layout = panelLayout(panels, {
    title: 'Time against work (small size)',
    ...{ xTitle: '', yTitle: 'milliseconds' },
    xAxis: { type: 'log' },
    yAxis: { type: 'log', tickvals: ROUND, tickformat: ',' },
  });
  const ticks = panels.map((along, panel): [string, Record<string, unknown>] => {
    const name = panelAxes(panel).x.replace('x', 'xaxis');
    const { work } = curves.find((curve) => curve.along === along)!;
    return [name, { ...(layout[name] as object), tickvals: work, tickformat: ',' }];
  });
  return { data, layout: { ...layout, ...Object.fromEntries(ticks) } };
}

/** 1, 2, 5, 10, … to ten million: plotly's own labels on a logarithmic axis are single digits. */
const ROUND = Array.from({ length: 22 }, (_, i) => [1, 2, 5][i % 3] * 10 ** Math.floor(i / 3));

/** What the time would be if it grew as the work. */
const reference = (work: readonly number[], first: number, place: Readonly<Record<string, unknown>>): FigureTrace => ({
  ...{ type: 'scatter', mode: 'lines', name: 'as the work', hoverinfo: 'skip' },
  ...{ x: work, y: work.map((value) => (first * value) / work[0]) },
  line: { color: PALETTE.black, width: 1, dash: 'dot' },
  ...place,
});

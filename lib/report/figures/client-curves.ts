import type { FigureTrace } from '../figure';
import { type PanelAxes, plain } from '../panels';
import { scenarioStyle, translucent } from '../style';

/** What one client shows in one round. */
export interface ClientPoint {
  readonly round: number;
  readonly y: number;
  /** The ends of what `y` is the mean of, where it is one. */
  readonly lowest?: number;
  readonly highest?: number;
}

/** The curve of one client over the rounds in the client's colour, with a band from lowest to highest where points have one. */
export function clientCurve(
  client: string,
  points: readonly ClientPoint[],
  axes: PanelAxes,
  options: { readonly inLegend: boolean; readonly hover: string },
): FigureTrace[] {
  if (points.length === 0) return [];
  const { colour, dash, symbol } = scenarioStyle(client);
  const common = {
    type: 'scatter',
    xaxis: axes.x,
    yaxis: axes.y,
    legendgroup: client,
    x: points.map(({ round }) => round),
  };
  const edge = { ...common, mode: 'lines', line: { width: 0 }, hoverinfo: 'skip', showlegend: false };
  const band = points.some(({ lowest }) => lowest !== undefined)
    ? [
        { ...edge, y: points.map(({ y, lowest = y }) => lowest) },
        {
          ...edge,
          y: points.map(({ y, highest = y }) => highest),
          fill: 'tonexty',
          fillcolor: translucent(colour, 0.12),
        },
      ]
    : [];
  return [
    ...band,
    {
      ...common,
      mode: 'lines+markers',
      name: plain(client),
      y: points.map(({ y }) => y),
      line: { color: colour, width: 2.5, dash },
      marker: { color: colour, size: 6, symbol },
      showlegend: options.inLegend,
      hovertemplate: `<b>${plain(client)}</b>, round %{x}<br>${options.hover}<extra></extra>`,
    },
  ];
}

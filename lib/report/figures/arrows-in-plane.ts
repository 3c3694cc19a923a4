import type { Figure, FigureTrace } from '../figure';
import { panelAxes, panelLayout, plain } from '../panels';
import { PALETTE } from '../style';

type Point = readonly [x: number, y: number];

/** An arrow in the plane. */
export interface Arrow {
  /** Arrows of one name look alike in all panels and share one entry of the legend. */
  readonly name: string;
  readonly to: Point;
  /** Default: the origin. */
  readonly from?: Point;
  /** Default: a colour for each name, in the order in which they appear. */
  readonly colour?: string;
  readonly dash?: 'solid' | 'dash' | 'dot';
  /** Written at the arrow's head, in place of an entry in the legend. */
  readonly label?: string;
}

export interface ArrowsOptions {
  readonly title: string;
  /** Stands below the title; default: that both axes are parameters, without a unit. */
  readonly caption?: string;
  /** Panels beside each other; default: all of them. */
  readonly perRow?: number;
  /** Height of a row of panels in pixels; default: 380. */
  readonly rowHeight?: number;
}

/**
 * Movements of two numbers as arrows, one panel per set of arrows. A unit is as long across as it is up, so angles are
 * what they look like.
 *
 * @param panels arrows by the name of the panel
 *
 * @example
 * arrowsInPlane({ 'two clients': [{ name: 'NL', to: [11, 2] }, { name: 'ES', to: [-3, 4] }] }, { title: 'Movements' })
 */
export function arrowsInPlane(panels: Readonly<Record<string, readonly Arrow[]>>, options: ArrowsOptions): Figure {
  const names = Object.keys(panels);
  const known = [...new Set(Object.values(panels).flatMap((arrows) => arrows.map(({ name }) => name)))];
  const colours = Object.values(PALETTE);
  const inLegend = new Set<string>();
  const data = names.flatMap((panel, index) =>
    panels[panel].map(({ name, to, from = [0, 0], colour, dash = 'solid', label }): FigureTrace => {
      const own = colour ?? colours[known.indexOf(name) % colours.length];
      const showlegend = label === undefined && !inLegend.has(name);
      if (showlegend) inLegend.add(name);
      const { x, y } = panelAxes(index);
      return {
        type: 'scatter',
        mode: label === undefined ? 'lines+markers' : 'lines+markers+text',
        name: plain(name),
        legendgroup: name,
        showlegend,
        xaxis: x,
        yaxis: y,
        x: [from[0], to[0]],
        y: [from[1], to[1]],
        line: { color: own, width: 2.5, dash },
        // The head stands at the end and looks along the line.
        marker: { color: own, size: [0, 15], opacity: 1, symbol: 'arrow', angleref: 'previous' },
        ...(label !== undefined && {
          text: ['', plain(label)],
          textposition: to[1] < from[1] ? 'bottom center' : 'top center',
          textfont: { color: own, size: 14 },
          cliponaxis: false,
        }),
        hovertemplate: `<b>${plain(name)}</b><br>(%{x:.3~f}, %{y:.3~f})<extra></extra>`,
      };
    }),
  );
  const layout = panelLayout(names, {
    title: options.title,
    caption: options.caption ?? 'Both axes: one number of a parameter each (no unit); an arrow is one movement.',
    xTitle: '',
    yTitle: '',
    perRow: options.perRow ?? names.length,
    rowHeight: options.rowHeight ?? 380,
    xAxis: { zeroline: true, zerolinecolor: '#888888' },
    yAxis: { zeroline: true, zerolinecolor: '#888888', scaleratio: 1 },
  });
  for (const index of names.keys()) {
    const { x, y } = panelAxes(index);
    (layout[y.replace('y', 'yaxis')] as Record<string, unknown>).scaleanchor = x;
  }
  return { data, layout };
}

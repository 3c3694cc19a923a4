import { axis, HOUSE_LAYOUT, HOUSE_MARGIN } from './style';

/** Names of the axes of one panel, as traces and layouts call them. */
export interface PanelAxes {
  /** `x`, `x2`, … */
  readonly x: string;
  readonly y: string;
}

/** How panels are placed. */
export interface PanelOptions {
  readonly title: string;
  /** Stands below the title: what is shown in which unit, and over how many seeds. */
  readonly caption?: string;
  readonly xTitle: string;
  readonly yTitle: string;
  /** Panels beside each other; default: 2. */
  readonly perRow?: number;
  /** Height of a row of panels in pixels; default: 360. */
  readonly rowHeight?: number;
  /** Whether all panels have the same rows: then only the first of a line names them. */
  readonly sharedRows?: boolean;
  readonly xAxis?: Readonly<Record<string, unknown>>;
  readonly yAxis?: Readonly<Record<string, unknown>>;
}

/** Names of the axes of panel `index` (0, 1, …). */
export function panelAxes(index: number): PanelAxes {
  const suffix = index === 0 ? '' : String(index + 1);
  return { x: `x${suffix}`, y: `y${suffix}` };
}

/** The layout of a figure with one panel per name, filled row by row, each with its name above it. */
export function panelLayout(names: readonly string[], options: PanelOptions): Record<string, unknown> {
  const perRow = Math.max(1, Math.min(options.perRow ?? 2, names.length));
  const rows = Math.max(1, Math.ceil(names.length / perRow));
  const top = options.caption === undefined ? 80 : 115;
  const height = 60 + top + rows * (options.rowHeight ?? 360);
  const across = { gap: 0.12, count: perRow };
  // The gap between rows holds tick labels, an axis title and the next panel's name: about 110 pixels.
  const down = { gap: 110 / (height - 60 - top), count: rows };
  const layout: Record<string, unknown> = {
    ...HOUSE_LAYOUT,
    title: {
      ...{ text: options.title, x: 0, xanchor: 'left', xref: 'paper', font: { size: 18 } },
      ...(options.caption !== undefined && {
        subtitle: { text: options.caption, font: { size: 13, color: '#555555' } },
      }),
    },
    margin: { ...HOUSE_MARGIN, t: top },
    height,
    // What a page needs to know to put panels below each other on a narrow screen.
    meta: { panels: names.length, rowHeight: options.rowHeight ?? 360 },
  };
  const labels = names.map((name, index) => {
    const row = Math.floor(index / perRow);
    const column = index % perRow;
    const xDomain = span(across, column);
    const yDomain = span(down, rows - 1 - row);
    const { x, y } = panelAxes(index);
    layout[x.replace('x', 'xaxis')] = axis(options.xTitle, { ...options.xAxis, domain: xDomain, anchor: y });
    layout[y.replace('y', 'yaxis')] = axis(column === 0 ? options.yTitle : '', {
      ...options.yAxis,
      ...(options.sharedRows && column > 0 && { showticklabels: false }),
      domain: yDomain,
      anchor: x,
    });
    return {
      text: `<b>${plain(name)}</b>`,
      showarrow: false,
      xref: 'paper',
      yref: 'paper',
      x: (xDomain[0] + xDomain[1]) / 2,
      y: yDomain[1],
      xanchor: 'center',
      yanchor: 'bottom',
      font: { size: 15 },
    };
  });
  return { ...layout, annotations: labels };
}

/** Makes a name safe where plotly reads tags. */
export function plain(name: string): string {
  return name.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function span(along: { gap: number; count: number }, index: number): [number, number] {
  const size = (1 - along.gap * (along.count - 1)) / along.count;
  const start = index * (size + along.gap);
  return [start, Math.min(1, start + size)];
}

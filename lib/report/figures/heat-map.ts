import type { FigureTrace } from '../figure';
import { type PanelAxes, plain } from '../panels';
import { PALETTE } from '../style';

/** A matrix of numbers with names. */
export interface HeatMap {
  readonly name: string;
  readonly x: readonly (string | number)[];
  readonly y: readonly string[];
  /** `[y][x]`; `null` leaves a cell empty. */
  readonly z: readonly (readonly (number | null)[])[];
  /** What cells say in place of their number; the hover can name it as `%{text}`. */
  readonly text?: readonly (readonly string[])[];
  /** What the hover says of a cell, with plotly's `%{x}`, `%{y}` and `%{z}`. */
  readonly hover: string;
}

/** More columns than this have no room for numbers in their cells. */
const MOST_WITH_TEXT = 12;

/** A heat map in one panel, its colours on the colour axis that all panels share. */
export function heatMap({ name, x, y, z, text, hover }: HeatMap, axes: PanelAxes): FigureTrace {
  return {
    type: 'heatmap',
    name: plain(name),
    xaxis: axes.x,
    yaxis: axes.y,
    x: x.map((label) => (typeof label === 'string' ? plain(label) : label)),
    y: y.map(plain),
    z,
    coloraxis: 'coloraxis',
    xgap: 2,
    ygap: 2,
    hoverongaps: false,
    hovertemplate: `${hover}<extra></extra>`,
    ...(text && { text }),
    ...(x.length <= MOST_WITH_TEXT && { texttemplate: text ? '%{text}' : '%{z:.2f}' }),
  };
}

/** Colours from −most (conflict) over white (0) to most (agreement), for a layout's `coloraxis`. */
export function divergingColours(title: string, most: number): Record<string, unknown> {
  const colorscale = [
    [0, PALETTE.vermillion],
    [0.5, '#ffffff'],
    [1, PALETTE.blue],
  ];
  return { colorscale, cmin: -most, cmax: most, colorbar: { title: { text: title } } };
}

/** Colours from white (0) to most, for a layout's `coloraxis`. */
export function risingColours(title: string, most: number): Record<string, unknown> {
  const colorscale = [
    [0, '#ffffff'],
    [1, PALETTE.blue],
  ];
  return { colorscale, cmin: 0, cmax: most, colorbar: { title: { text: title } } };
}

/** The largest size among numbers, up to the next tenth, so that the ends of a colour axis are plain numbers. */
export function upToTenth(numbers: readonly (number | null)[]): number {
  const most = numbers.reduce<number>((largest, number) => Math.max(largest, Math.abs(number ?? 0)), 0);
  return Math.max(1, Math.ceil(10 * most - 1e-9)) / 10;
}

/** Axes of names, the first on top, without a grid. */
export const nameAxis = { type: 'category', showgrid: false };

/** `expert 1`, `expert 2`, … */
export const expertNames = (count: number): string[] => Array.from({ length: count }, (_, i) => `expert ${i + 1}`);

import type { RoundRecord } from '../../experiments/types';
import type { FigureTrace } from '../figure';
import type { PanelAxes } from '../panels';
import { plain } from '../panels';
import { methodStyle, translucent } from '../style';

/** A point of a curve of one seed. */
export interface CurvePoint {
  readonly round: number;
  readonly x: number;
  readonly y: number;
}

/** The curve of one seed. */
export interface SeedCurve {
  readonly seed: number;
  readonly points: readonly CurvePoint[];
}

/** More seeds than this are drawn as a band from lowest to highest instead of a thin line each. */
const MOST_THIN_LINES = 5;

/** Rounds by method, then by seed, each in the order of the rounds. */
export function runsOf(rounds: readonly RoundRecord[]): Map<string, Map<number, RoundRecord[]>> {
  const runs = new Map<string, Map<number, RoundRecord[]>>();
  for (const record of rounds) {
    if (!runs.has(record.method)) runs.set(record.method, new Map());
    const seeds = runs.get(record.method)!;
    if (!seeds.has(record.seed)) seeds.set(record.seed, []);
    seeds.get(record.seed)!.push(record);
  }
  for (const seeds of runs.values()) {
    for (const records of seeds.values()) records.sort((one, other) => one.round - other.round);
  }
  return runs;
}

/** The tasks that rounds were validated on, in the order of the scores. */
export function tasksOf(rounds: readonly RoundRecord[]): string[] {
  return [...new Set(rounds.flatMap((record) => record.validation.map((score) => score.task)))];
}

/** Traces of one method in one panel: its seeds as thin lines (or a band), their mean as a thick line. */
export function methodCurves(
  method: string,
  curves: readonly SeedCurve[],
  axes: PanelAxes,
  options: { readonly inLegend: boolean; readonly hover: string },
): FigureTrace[] {
  const style = methodStyle(method);
  const common = {
    type: 'scatter',
    xaxis: axes.x,
    yaxis: axes.y,
    legendgroup: method,
    hoverinfo: 'skip',
    showlegend: false,
  };
  const drawn = curves.filter((curve) => curve.points.length > 0);
  if (drawn.length === 0) return [];
  const shared = meanCurve(drawn);
  const seeds: FigureTrace[] =
    drawn.length === 1
      ? []
      : drawn.length <= MOST_THIN_LINES
        ? drawn.map(({ seed, points }) => ({
            ...common,
            name: `${plain(method)}, seed ${seed}`,
            mode: 'lines',
            x: points.map((point) => point.x),
            y: points.map((point) => point.y),
            line: { color: style.colour, width: 1 },
            opacity: 0.35,
          }))
        : band(shared, common, style.colour);
  return [
    ...seeds,
    {
      ...common,
      name: plain(method),
      mode: 'lines+markers',
      x: shared.map((point) => point.x),
      y: shared.map((point) => point.y),
      customdata: shared.map((point) => point.round),
      line: { color: style.colour, width: 2.5, dash: style.dash },
      marker: { color: style.colour, size: 6, symbol: style.symbol },
      showlegend: options.inLegend,
      hoverinfo: 'all',
      hovertemplate: `<b>${plain(method)}</b>, round %{customdata}<br>${options.hover}<extra></extra>`,
    },
  ];
}

interface SharedPoint extends CurvePoint {
  readonly lowest: number;
  readonly highest: number;
}

/** The mean of the rounds that every seed has reached: over other rounds it would jump when a seed joins or ends. */
function meanCurve(curves: readonly SeedCurve[]): SharedPoint[] {
  return curves[0].points.flatMap(({ round }) => {
    const points = curves.flatMap((curve) => curve.points.filter((point) => point.round === round));
    if (points.length < curves.length) return [];
    const values = points.map((point) => point.y);
    const x = points.reduce((sum, point) => sum + point.x, 0) / points.length;
    const y = values.reduce((sum, value) => sum + value, 0) / points.length;
    return [{ round, x, y, lowest: Math.min(...values), highest: Math.max(...values) }];
  });
}

function band(points: readonly SharedPoint[], common: FigureTrace, colour: string): FigureTrace[] {
  const x = points.map((point) => point.x);
  const edge = { ...common, mode: 'lines', line: { width: 0 }, x };
  return [
    { ...edge, y: points.map((point) => point.lowest) },
    { ...edge, y: points.map((point) => point.highest), fill: 'tonexty', fillcolor: translucent(colour, 0.15) },
  ];
}

import { type AnyRow, isRankingRow } from '../../experiments/compared';
import { type Setting, settingText } from '../../experiments/study';
import { FEWEST_PAIRS, meanInterval } from '../../statistics';
import type { Figure, FigureTrace } from '../figure';
import { aucBySeed, type Measure, methodsOf, tasksOf } from '../paired';
import { panelAxes, panelLayout, plain } from '../panels';
import { methodStyle } from '../style';
import { overSeeds } from './captions';

/** How to draw {@link sensitivity}. */
export interface SensitivityOptions {
  /** The setting along the axis; default: the first one of the rows. */
  readonly setting?: string;
  readonly measure?: Measure;
  readonly title?: string;
}

/**
 * How a score depends on a setting: AUC with its 95 % interval over seeds by the setting's value, one panel per task, one
 * curve per method. Where other settings vary, too, each of their values has a curve of its own, with another dash.
 * Values that grow by factors stand on a logarithmic axis, or, with a 0 among
 * them, one beside the other.
 */
export function sensitivity(rows: readonly AnyRow[], options: SensitivityOptions = {}): Figure {
  const name = options.setting ?? Object.keys(rows[0]?.setting ?? {})[0] ?? 'setting';
  const measure = options.measure ?? 'mean';
  const values = [...new Set(rows.map(({ setting }) => setting[name]))];
  const isNumeric = values.every((value) => typeof value === 'number');
  if (isNumeric) values.sort((one, other) => Number(one) - Number(other));
  const others = [...new Set(rows.map(({ setting }) => settingText(without(setting, name))))];
  const tasks = tasksOf(rows);
  const isRanking = rows[0] !== undefined && isRankingRow(rows[0]);
  const unit = isRanking ? 'mean over users' : 'AUC';
  const axis = isNumeric ? numericAxis(values as number[]) : { type: 'category' };
  // Curves stand a little beside each other, so that their intervals can be told apart.
  const gap = axis.type !== 'category' && values.length > 1 ? 0.04 / methodsOf(rows).length : 0;
  const beside = (value: string | number, place: number) => {
    const [first, last] = [Number(values[0]), Number(values[values.length - 1])];
    const shift = gap * (place - (methodsOf(rows).length - 1) / 2);
    if (gap === 0) return value;
    return axis.type === 'log' ? Number(value) * (last / first) ** shift : Number(value) + (last - first) * shift;
  };
  const data = tasks.flatMap((task, panel) =>
    methodsOf(rows).flatMap((method, methodPlace) =>
      others.flatMap((other, place): FigureTrace[] => {
        const own = rows.filter(({ setting }) => settingText(without(setting, name)) === other);
        const points = values.flatMap((value) => {
          const there = own.filter(({ setting }) => setting[name] === value);
          const interval = meanInterval([...aucBySeed(there, method, task, measure).values()]);
          return interval ? [{ value, ...interval }] : [];
        });
        if (points.length === 0) return [];
        const style = methodStyle(method);
        const { x, y } = panelAxes(panel);
        const label = other === 'all' ? method : `${method}, ${other}`;
        return [
          {
            type: 'scatter',
            mode: 'lines+markers',
            name: plain(label),
            legendgroup: label,
            showlegend: panel === 0,
            xaxis: x,
            yaxis: y,
            x: points.map(({ value }) => beside(value, methodPlace)),
            y: points.map(({ mean }) => mean),
            customdata: points.map(({ value }) => value),
            error_y: {
              type: 'data',
              array: points.map(({ halfWidth, count }) => (count < FEWEST_PAIRS ? 0 : (halfWidth ?? 0))),
              visible: points.some(({ count }) => count >= FEWEST_PAIRS),
              thickness: 1.5,
              width: 4,
            },
            line: { color: style.colour, width: 2.5, dash: others.length > 1 ? DASHES[place % 4] : style.dash },
            marker: { color: style.colour, size: 8, symbol: style.symbol },
            hovertemplate: `<b>${plain(label)}</b><br>${plain(name)} %{customdata}: ${isRanking ? '' : 'AUC '}%{y:.4f}<extra></extra>`,
          },
        ];
      }),
    ),
  );
  const over = measure === 'mean' ? 'mean over scenarios' : 'worst scenario';
  const layout = panelLayout(tasks, {
    title: options.title ?? `${isRanking ? 'Ranking' : 'AUC'} by ${name}`,
    caption: isRanking
      ? `Recall and NDCG (no unit), mean over users; ${overSeeds(rows)}.`
      : `AUC (no unit), ${over}; ${overSeeds(rows)}.`,
    xTitle: name,
    yTitle: isRanking ? unit : `${unit}, ${over}`,
    xAxis: axis,
    yAxis: { tickformat: '.3f' },
  });
  return { data, layout };
}

const DASHES = ['solid', 'dash', 'dot', 'dashdot'];

/** Steps by a factor of two or more, over a decade or more or in powers, ask for a logarithmic axis. */
function numericAxis(values: readonly number[]): Record<string, unknown> {
  const positive = values.filter((value) => value > 0);
  const growsByFactors = positive.length > 2 && positive.slice(1).every((value, i) => value >= 1.9 * positive[i]);
  const isLogarithmic = growsByFactors && values[0] > 0;
  // A logarithmic axis has no place for 0, and a linear one no room for what grows by tens from there.
  const isCrowded = growsByFactors && values[0] === 0 && positive[positive.length - 1] >= 100 * positive[0];
  if (isCrowded) return { type: 'category', categoryorder: 'array', categoryarray: values };
  return { tickvals: values, ticktext: values.map(String), ...(isLogarithmic && { type: 'log' }) };
}

const without = (setting: Setting, name: string): Setting =>
  Object.fromEntries(Object.entries(setting).filter(([key]) => key !== name));

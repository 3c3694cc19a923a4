import type { ReferenceScores } from '../../experiments/store';
import type { Figure, FigureTrace } from '../figure';
import { panelAxes, panelLayout, plain } from '../panels';
import { methodStyle } from '../style';
import { type ResultTableOptions, resultTable, type TableLine } from '../table';
import { overSeeds } from './captions';

/**
 * Test AUC of each scenario with its 95 % interval over seeds: one panel per task, methods beside each other.
 * Points with intervals rather than bars: a bar has to begin at a meaningful zero (.5), which leaves the differences
 * between methods a few pixels. References are marked by lines across a scenario.
 */
export function aucByScenario(lines: readonly TableLine[], options: ResultTableOptions = {}): Figure {
  const table = resultTable(lines, options);
  const tasks = [
    ...new Set(table.columns.filter((column) => column.kind === 'scenario').map((column) => column.group)),
  ];
  const names = table.columns
    .filter((column) => column.kind === 'scenario' && column.group === tasks[0])
    .map((column) => column.label);
  const data = tasks.flatMap((task, panel): FigureTrace[] => {
    const { x, y } = panelAxes(panel);
    const columns = table.columns.flatMap((column, index) =>
      column.group === task && column.kind === 'scenario' ? [index] : [],
    );
    const scenarios = columns.map((index) => table.columns[index].label);
    const methods = table.rows
      .filter((row) => row.kind === 'method')
      .map((row, place, { length }): FigureTrace => {
        const style = methodStyle(row.name);
        const offset = (WIDTH * (place - (length - 1) / 2)) / length;
        const cells = columns.map((index) => row.cells[index]);
        return {
          type: 'scatter',
          mode: 'markers',
          name: plain(row.name),
          legendgroup: row.name,
          showlegend: panel === 0,
          xaxis: x,
          yaxis: y,
          x: scenarios.map((_scenario, index) => index + offset),
          y: cells.map((cell) => cell.value),
          error_y: {
            type: 'data',
            array: cells.map((cell) => cell.halfWidth ?? 0),
            visible: cells.some((cell) => cell.halfWidth !== null),
            thickness: 1.5,
            width: 4,
          },
          marker: {
            color: style.colour,
            size: 9,
            symbol: style.dash === 'solid' ? style.symbol : `${style.symbol}-open`,
          },
          text: cells.map((cell, index) => `${plain(scenarios[index])}<br>AUC ${cell.text} ${cell.spread}`),
          hovertemplate: `<b>${plain(row.name)}</b>, %{text}<extra></extra>`,
        };
      });
    const references = (options.references ?? [])
      .filter((reference) => Object.values(reference.values).some((values) => typeof values[task] === 'number'))
      .map((reference) => referenceTrace(reference, task, scenarios, panel, tasks));
    return [...methods, ...references];
  });
  const over = table.rows.flatMap(({ cells }) => cells).find((cell) => cell.over !== null)?.over;
  const layout = panelLayout(tasks, {
    title: options.title ?? `${table.title} by scenario`,
    caption: `AUC (no unit); ${over === 'rows' ? 'n = 1 seed, 95 % interval over test rows (DeLong)' : overSeeds(lines)}.`,
    xTitle: 'scenario',
    yTitle: 'AUC',
    xAxis: {
      showgrid: false,
      tickvals: names.map((_name, index) => index),
      ticktext: names.map(plain),
      range: [-0.5, names.length - 0.5],
    },
    yAxis: { tickformat: '.3f' },
  });
  return { data, layout };
}

/** Scenarios are 1 apart; this much of it is for their methods. */
const WIDTH = 0.7;

function referenceTrace(
  reference: ReferenceScores,
  task: string,
  scenarios: readonly string[],
  panel: number,
  tasks: readonly string[],
): FigureTrace {
  const { x, y } = panelAxes(panel);
  const isFirst =
    tasks.findIndex((name) => Object.values(reference.values).some((values) => typeof values[name] === 'number')) ===
    panel;
  // A line with gaps: it covers the methods of one scenario and stops before those of the next.
  const half = WIDTH / 2;
  const points = scenarios.flatMap((scenario, index) => {
    const value = reference.values[scenario]?.[task] ?? null;
    return value === null
      ? []
      : [
          { x: index - half, y: value, scenario },
          { x: index + half, y: value, scenario },
          { x: null, y: null, scenario },
        ];
  });
  return {
    type: 'scatter',
    mode: 'lines',
    name: plain(reference.name),
    legendgroup: `reference ${reference.name}`,
    showlegend: isFirst,
    xaxis: x,
    yaxis: y,
    x: points.map((point) => point.x),
    y: points.map((point) => point.y),
    text: points.map((point) => plain(point.scenario)),
    connectgaps: false,
    line: { color: '#555555', width: 2, dash: reference.kind === 'ceiling' ? 'solid' : 'dot' },
    hovertemplate: `<b>${plain(reference.name)}</b>, %{text}<br>AUC %{y:.4f}<extra></extra>`,
  };
}

import type { Figure } from '../figure';
import { panelAxes, panelLayout } from '../panels';
import { type ResultTableOptions, resultTable, type TableLine } from '../table';
import { seedsText } from './captions';
import { divergingColours, heatMap, nameAxis } from './heat-map';

/**
 * Who wins where: one row per method, one column per scenario, one panel per task. Cells say the AUC; their colour is
 * how far it is above (blue) or below (orange-red) the mean of the methods in that scenario, because scenarios differ
 * among each other by far more than methods do.
 */
export function scenarioHeatMap(lines: readonly TableLine[], options: ResultTableOptions = {}): Figure {
  const table = resultTable(lines, options);
  const methods = table.rows.filter(({ kind }) => kind === 'method');
  const tasks = [...new Set(table.columns.filter(({ kind }) => kind === 'scenario').map(({ group }) => group))];
  const panels = tasks.map((task) => {
    const columns = table.columns.flatMap(({ group, kind }, i) => (group === task && kind === 'scenario' ? [i] : []));
    const means = columns.map((column) => {
      const defined = methods.flatMap(({ cells }) => cells[column].value ?? []);
      return defined.reduce((sum, value) => sum + value, 0) / defined.length;
    });
    return {
      task,
      scenarios: columns.map((column) => table.columns[column].label),
      gains: methods.map(({ cells }) =>
        columns.map((column, i) => {
          const { value } = cells[column];
          return value === null ? null : value - means[i];
        }),
      ),
      texts: methods.map(({ cells }) => columns.map((column) => cells[column].text)),
    };
  });
  const data = panels.map(({ task, scenarios, gains, texts }, panel) =>
    heatMap(
      {
        name: task,
        x: scenarios,
        y: methods.map(({ name }) => name),
        z: gains,
        text: texts,
        hover: '<b>%{y}</b>, %{x}<br>AUC %{text}, %{z:+.4f} to the mean of the methods',
      },
      panelAxes(panel),
    ),
  );
  const layout = panelLayout(tasks, {
    title: options.title ?? `${table.title} by method and scenario`,
    caption: `Cells: AUC (no unit), mean over ${seedsText(lines)}. Colour: above or below the mean of the methods in the scenario.`,
    xTitle: '',
    yTitle: '',
    rowHeight: Math.max(180, 70 + 32 * methods.length),
    sharedRows: true,
    xAxis: nameAxis,
    yAxis: { ...nameAxis, autorange: 'reversed' },
  });
  // Whole thousandths, so that the ends of the colour axis are plain numbers.
  const most = panels.flatMap(({ gains }) => gains.flat()).reduce<number>((m, g) => Math.max(m, Math.abs(g ?? 0)), 0);
  const colours = divergingColours('AUC to<br>the mean', Math.max(1, Math.ceil(1000 * most - 1e-9)) / 1000);
  return { data, layout: { ...layout, coloraxis: colours } };
}

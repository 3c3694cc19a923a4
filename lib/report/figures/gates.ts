import type { RoundRecord } from '../../experiments/types';
import type { Figure } from '../figure';
import { panelAxes, panelLayout } from '../panels';
import { expertNames, heatMap, nameAxis, risingColours, upToTenth } from './heat-map';

/**
 * Which experts each task uses in each scenario at the end of a round: mean gate weight on validation rows, one panel
 * per task, one row per scenario, with the entropy of the weights in nats behind the scenario's name.
 */
export function gateFigure(record: RoundRecord, options: { readonly title?: string } = {}): Figure {
  const scenarios = (record.clientDiagnostics ?? []).flatMap(({ gates = [] }) => gates);
  const tasks = [...new Set(scenarios.flatMap((gates) => Object.keys(gates.tasks)))];
  const weights = scenarios.flatMap((gates) => Object.values(gates.tasks).map((task) => task.weights));
  const experts = expertNames(Math.max(0, ...weights.map(({ length }) => length)));
  const data = tasks.map((task, panel) =>
    heatMap(
      {
        name: task,
        x: experts,
        y: scenarios.map(({ scenario, tasks }) => {
          const own = tasks[task];
          return own ? `${scenario} (${own.entropy.toFixed(2)})` : scenario;
        }),
        z: scenarios.map(({ tasks }) => experts.map((_, expert) => tasks[task]?.weights[expert] ?? null)),
        hover: `<b>%{y}</b>, %{x}<br>mean weight %{z:.4f}`,
      },
      panelAxes(panel),
    ),
  );
  const layout = panelLayout(tasks, {
    title: options.title ?? `Gate weights: ${record.method}, seed ${record.seed}, round ${record.round}`,
    caption: `Mean weight (share, no unit) over each scenario's validation rows, ${rowsText(record)}; in brackets the entropy (nats); n = 1 seed.`,
    xTitle: '',
    yTitle: 'scenario (entropy, nats)',
    rowHeight: Math.max(200, 60 + 38 * scenarios.length),
    xAxis: nameAxis,
    yAxis: { ...nameAxis, autorange: 'reversed' },
  });
  const most = upToTenth(weights.flat());
  return { data, layout: { ...layout, coloraxis: risingColours('mean weight<br>(share)', most) } };
}

/** How many validation rows the scenarios have: `n = 375 to 1,500 rows`. */
function rowsText({ validation }: RoundRecord): string {
  const counts = validation.map(({ rows }) => rows);
  if (counts.length === 0) return 'n not recorded';
  const [least, most] = [Math.min(...counts), Math.max(...counts)].map((count) => count.toLocaleString('en'));
  return `n = ${least === most ? most : `${least} to ${most}`} rows`;
}

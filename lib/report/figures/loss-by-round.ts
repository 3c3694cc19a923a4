import type { RoundRecord } from '../../experiments/types';
import type { Figure } from '../figure';
import { panelAxes, panelLayout } from '../panels';
import { seedsText } from './captions';
import { methodCurves, runsOf } from './curves';

/** Mean training loss of all local steps by round, one colour per method, seeds as thin lines. */
export function lossByRound(rounds: readonly RoundRecord[], options: { readonly title?: string } = {}): Figure {
  const data = [...runsOf(rounds)].flatMap(([method, seeds]) => {
    const curves = [...seeds].map(([seed, records]) => ({
      seed,
      points: records.flatMap((record) => {
        const steps = record.clients.reduce((sum, client) => sum + client.steps, 0);
        if (steps === 0) return [];
        const loss = record.clients.reduce((sum, client) => sum + client.steps * client.loss, 0) / steps;
        return Number.isFinite(loss) ? [{ round: record.round, x: record.round, y: loss }] : [];
      }),
    }));
    return methodCurves(method, curves, panelAxes(0), { inLegend: true, hover: 'loss %{y:.4f}' });
  });
  const layout = panelLayout([''], {
    title: options.title ?? 'Training loss by round',
    caption: `Training loss in nats per row, mean over local steps; thick: mean over ${seedsText(rounds)}, thin: one seed.`,
    xTitle: 'round',
    yTitle: 'loss per row (nats), mean over local steps',
    xAxis: { tickformat: 'd', rangemode: 'tozero' },
    yAxis: { tickformat: '.3f' },
  });
  return { data, layout };
}

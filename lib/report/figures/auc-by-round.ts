import type { RoundRecord } from '../../experiments/types';
import type { Figure } from '../figure';
import { panelAxes, panelLayout } from '../panels';
import { seedsText } from './captions';
import { methodCurves, runsOf, tasksOf } from './curves';

/** Validation AUC (macro mean over scenarios) by round: one panel per task, one colour per method, seeds as thin lines. */
export function aucByRound(rounds: readonly RoundRecord[], options: { readonly title?: string } = {}): Figure {
  const runs = runsOf(rounds);
  const tasks = tasksOf(rounds);
  const data = tasks.flatMap((task, panel) =>
    [...runs].flatMap(([method, seeds]) => {
      const curves = [...seeds].map(([seed, records]) => ({
        seed,
        points: records.flatMap((record) => {
          const auc = record.macro[task] ?? null;
          return auc === null ? [] : [{ round: record.round, x: record.round, y: auc }];
        }),
      }));
      return methodCurves(method, curves, panelAxes(panel), { inLegend: panel === 0, hover: 'AUC %{y:.4f}' });
    }),
  );
  const layout = panelLayout(tasks, {
    title: options.title ?? 'Validation AUC by round',
    caption: `AUC (no unit) on validation rows, mean over scenarios; thick: mean over ${seedsText(rounds)}, thin: one seed.`,
    xTitle: 'round',
    yTitle: 'AUC, mean over scenarios',
    xAxis: { tickformat: 'd', rangemode: 'tozero' },
    yAxis: { tickformat: '.3f' },
  });
  return { data, layout };
}

import type { RoundRecord } from '../../experiments/types';
import type { Figure } from '../figure';
import { panelAxes, panelLayout, plain } from '../panels';
import { countText } from './captions';
import type { ConflictFigureOptions } from './conflict';
import { divergingColours, heatMap, nameAxis } from './heat-map';
import { coordinationOf, meanOf, oneRun } from './one-run';

/** How to draw {@link cosineFigure}. */
export interface CosineFigureOptions extends ConflictFigureOptions {
  /** The expert, counted from 1; default: the mean over all experts. */
  readonly expert?: number;
}

type Matrix = readonly (readonly number[])[];

/**
 * Which clients agree: cosines of the clients' movements, client by client, before and after coordination. A slider
 * chooses the round.
 */
export function cosineFigure(rounds: readonly RoundRecord[], options: CosineFigureOptions = {}): Figure {
  const reportOf = (record: RoundRecord) => coordinationOf(record, options.group);
  const { records, label } = oneRun(rounds, options, (record) => reportOf(record) !== undefined);
  const names = ['before coordination', 'after'];
  const data = records.flatMap((record, at) => {
    const { clients, cosines, cosinesAfter } = reportOf(record)!;
    return [cosines, cosinesAfter].map((matrices, panel) => ({
      ...heatMap(
        {
          name: `${names[panel]}, round ${record.round}`,
          x: clients,
          y: clients,
          z: ofExpert(matrices, options.expert),
          hover: `<b>${names[panel]}</b>, round ${record.round}<br>%{y} and %{x}: cosine %{z:.4f}`,
        },
        panelAxes(panel),
      ),
      visible: at === records.length - 1,
    }));
  });
  const clients = [...new Set(records.flatMap((record) => reportOf(record)!.clients))];
  const categories = { ...nameAxis, categoryorder: 'array', categoryarray: clients.map(plain) };
  const experts = records.length === 0 ? 0 : reportOf(records[0])!.cosines.length;
  const which = options.expert === undefined ? 'mean over experts' : `expert ${options.expert}`;
  const layout = panelLayout(names, {
    title: options.title ?? `Cosines of the clients' movements, ${which}${label}`,
    caption: `Cosine (no unit) of two clients' movements, ${options.expert === undefined ? `mean over ${countText(experts, 'expert')}` : 'one expert'}; n = 1 seed.${records.length === 1 ? ` Round ${records[0].round}.` : ''}`,
    xTitle: '',
    yTitle: '',
    sharedRows: true,
    rowHeight: Math.max(240, 60 + 44 * clients.length),
    xAxis: categories,
    yAxis: { ...categories, autorange: 'reversed' },
  });
  return {
    data,
    layout: {
      ...layout,
      // One round needs no choice.
      ...(records.length > 1 && belowPanels(layout, slider(records.map(({ round }) => round)))),
      coloraxis: divergingColours('cosine<br>(no unit)', 1),
    },
  };
}

function ofExpert(matrices: readonly Matrix[], expert: number | undefined): (number | null)[][] {
  if (expert === undefined) {
    return matrices[0].map((row, i) => row.map((_, j) => meanOf(matrices.map((matrix) => matrix[i][j]))));
  }
  const matrix = matrices[expert - 1];
  if (!matrix) throw new Error(`There is no expert ${expert}; the experts are 1 to ${matrices.length}.`);
  return matrix.map((row) => [...row]);
}

/** One step per round; each shows the two traces of its round. */
function slider(rounds: readonly number[]): Record<string, unknown> {
  return {
    active: rounds.length - 1,
    currentvalue: { prefix: 'round ' },
    pad: { t: 50 },
    steps: rounds.map((round, at) => ({
      label: String(round),
      method: 'restyle',
      args: ['visible', rounds.flatMap((_, other) => [other === at, other === at])],
    })),
  };
}

/** Room for a slider below the panels, which keep their size. */
function belowPanels(layout: Record<string, unknown>, slider: Record<string, unknown>): Record<string, unknown> {
  const room = 100;
  const margin = layout.margin as { readonly b: number };
  return { height: (layout.height as number) + room, margin: { ...margin, b: margin.b + room }, sliders: [slider] };
}

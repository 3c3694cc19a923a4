import type { Dataset } from '../../lib/data/types';
import { createFederation } from '../../lib/federated/federation';
import { methods } from '../../lib/federated/methods';
import { planDefaults } from '../../lib/federated/plan';
import { mmoe, mmoeSizes } from '../../lib/models/mmoe';
import type { Figure } from '../../lib/report/figure';
import { benchClient } from './client';
import { median } from './compare';
import { publishedFields, shapeOf, splitOf } from './data';
import { scalingFigure } from './scaling-figure';

/** Times of the same thing at growing work. */
export interface Curve {
  /** What grows: `clients`, `batch rows`, `experts`, `ids per field`. */
  readonly along: string;
  readonly name: string;
  readonly work: readonly number[];
  readonly ms: readonly number[];
}

export interface Scaling {
  readonly curves: readonly Curve[];
  /** One sentence per curve. */
  readonly findings: readonly string[];
  readonly figure: Figure;
}

export interface ScalingPlan {
  readonly clients: readonly number[];
  readonly batches: readonly number[];
  readonly experts: readonly number[];
  readonly vocabularies: readonly number[];
  readonly rows: number;
  readonly repeats: number;
}

export const scalingPlan: ScalingPlan = {
  clients: [2, 5, 10, 20, 50, 100],
  batches: [256, 512, 1024, 2048, 4096, 8192],
  experts: [2, 4, 8, 16, 32],
  vocabularies: [50, 500, 5_000, 50_000, 500_000],
  rows: 20_000,
  repeats: 7,
};

/** Measures all curves; `say` is told what is being measured. */
export async function measureScaling(
  plan = scalingPlan,
  say: (line: string) => void = () => undefined,
): Promise<Scaling> {
  const curves: Curve[] = [];
  for (const method of ['fedavg', 'pf-msmtrec']) {
    say(`rounds of ${method} with ${plan.clients.join(', ')} clients`);
    curves.push(...(await roundsByClients(method, plan)));
  }
  const steps = { batch: 2048, experts: 8, size: 50, rows: plan.rows, repeats: plan.repeats };
  const along = (name: string, work: readonly number[], timeAt: (value: number) => number): void => {
    say(`steps with ${work.join(', ')} ${name}`);
    curves.push({ along: name, name: 'step', work, ms: work.map(timeAt) });
  };
  along('batch rows', plan.batches, (batch) => stepTime({ ...steps, batch }));
  along('experts', plan.experts, (experts) => stepTime({ ...steps, experts }));
  along('ids per field', plan.vocabularies, (size) => stepTime({ ...steps, size }));
  return { curves, findings: curves.map(finding), figure: scalingFigure(curves.filter(isDrawn)) };
}

/** Training and evaluation run close to the whole round: drawn, they would hide it. */
const isDrawn = ({ name }: Curve): boolean => !/, (training|evaluation)$/.test(name);

/** Milliseconds of the whole round, and of its parts, against the number of clients. */
async function roundsByClients(method: string, { clients, rows, repeats }: ScalingPlan): Promise<Curve[]> {
  const parts = { round: [] as number[], training: [] as number[], server: [] as number[], evaluation: [] as number[] };
  for (const count of clients) {
    const federation = createFederation({
      dataset: datasetOf(count, Math.min(2048, rows)),
      plan: methods[method](planDefaults),
      model: (shape, template) => mmoe(shape, mmoeSizes.small, template),
      ...{ seed: 1, batch: 256, localWork: { steps: 4 }, diagnostics: 'none' },
    });
    await federation.round();
    const times = {
      round: [] as number[],
      training: [] as number[],
      server: [] as number[],
      evaluation: [] as number[],
    };
    // Few clients make short rounds, whose times vary more.
    for (let i = 0; i < Math.max(2, Math.min(repeats, Math.round(60 / count))); i++) {
      const { local, aggregate, evaluate } = (await federation.round()).seconds;
      times.training.push(1000 * local);
      times.server.push(1000 * aggregate);
      times.evaluation.push(1000 * evaluate);
      times.round.push(1000 * (local + aggregate + evaluate));
    }
    federation.dispose();
    for (const part of ['round', 'training', 'server', 'evaluation'] as const) parts[part].push(median(times[part]));
  }
  return Object.entries(parts).map(([part, ms]) => ({
    along: 'clients',
    name: `${method}, ${part}`,
    work: clients,
    ms,
  }));
}

/** As many scenarios as asked for, all with rows of their own shape but the same content: times do not depend on it. */
function datasetOf(scenarios: number, rows: number): Dataset {
  const { fieldSizes, numbers, tasks } = shapeOf(publishedFields);
  const split = splitOf({ fieldSizes, numbers, tasks }, rows, 'even');
  const splits = { train: split, validation: split, test: split };
  return {
    name: 'bench',
    fingerprint: 'bench',
    tasks,
    categorical: fieldSizes.map((size, i) => ({ kind: 'categorical', name: `field ${i}`, size, values: [] })),
    numerical: Array.from({ length: numbers }, (_, i) => ({
      ...{ kind: 'numerical' as const, name: `number ${i}`, transform: 'none', centre: 0, scale: 1 },
    })),
    scenarios: Array.from({ length: scenarios }, (_, i) => ({ name: `scenario ${i}`, splits })),
    warnings: [],
  };
}

interface StepSize {
  readonly batch: number;
  readonly experts: number;
  /** Ids per field. */
  readonly size: number;
  readonly rows: number;
  readonly repeats: number;
}

/** Median milliseconds of a small step. */
function stepTime({ batch, experts, size, rows, repeats }: StepSize): number {
  const shape = shapeOf(Array(16).fill(size));
  const split = splitOf(shape, rows, 'zipf');
  const { step, dispose } = benchClient({
    ...{ shape, split, batch: Math.min(batch, rows) },
    sizes: { ...mmoeSizes.small, experts },
  });
  const time = () => {
    const began = performance.now();
    step();
    return performance.now() - began;
  };
  for (let i = 0; i < 3; i++) time();
  const times = Array.from({ length: 3 * repeats }, time);
  dispose();
  return median(times);
}

/** What a curve says, in one sentence that its numbers make. */
export function finding({ along, name, work, ms }: Curve): string {
  const last = work.length - 1;
  const [least, most] = [work[0], work[last]].map((value) => value.toLocaleString('en'));
  const exponent = upperExponent(work, ms);
  const verdict =
    exponent > 1.15 ? 'faster than the work' : exponent < 0.85 ? 'more slowly than the work' : 'as the work';
  return (
    `${name}: ${least} to ${most} ${along} (×${figures(work[last] / work[0])}) take ×${figures(ms[last] / ms[0])} the ` +
    `time; towards the end it grows ${verdict} (exponent ${exponent.toFixed(2)}).`
  );
}

const figures = (value: number) => Number(value.toPrecision(3)).toLocaleString('en');

/** Exponent of the growth over the last three points, fitted to their logarithms: 1 where time grows as the work. */
function upperExponent(work: readonly number[], ms: readonly number[]): number {
  const [x, y] = [work, ms].map((values) => values.slice(-3).map(Math.log));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [centreX, centreY] = [mean(x), mean(y)];
  const products = x.map((value, i) => (value - centreX) * (y[i] - centreY));
  return mean(products) / mean(x.map((value) => (value - centreX) ** 2));
}

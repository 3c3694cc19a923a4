import { batcher } from '../../../lib/data/batch';
import { disposeValues } from '../../../lib/federated/evaluate';
import { predict } from '../../../lib/federated/predict';
import { auc } from '../../../lib/metrics/auc';
import { mmoe, mmoeSizes } from '../../../lib/models/mmoe';
import { initialValues } from '../../../lib/models/parameter';
import { publishedFields, rowsOf, shapeOf, splitOf } from '../data';
import type { Computed, PeerRequest, Setting, Work } from '../work';
import { modelParameters } from './step';

const shape = shapeOf(publishedFields);
const sizes = mmoeSizes.published;

function evaluation(setting: Setting, rows: number, withValues: boolean) {
  const split = splitOf(shape, rows, 'even');
  const model = mmoe(shape, sizes);
  const values = initialValues(model.parameters, 1);
  const batches = batcher(shape.fieldSizes);
  const shared = () =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        setting.share(name, value.dataSync() as Float32Array, value.shape),
      ]),
    );
  const peer: PeerRequest = {
    name: 'torch',
    module: 'evaluation',
    parameters: {
      ...modelParameters(shape.fieldSizes, sizes),
      data: {
        ids: setting.share('ids', Int32Array.from(rowsOf(split.ids, rows)), [rows, split.ids.length]),
        numbers: setting.share('numbers', rowsOf(split.numbers, rows), [rows, shape.numbers]),
        labels: setting.share('labels', rowsOf(split.labels, rows), [rows, shape.tasks.length]),
      },
      values: withValues ? shared() : null,
    },
  };
  const evaluate = (): Computed => {
    const logits = predict(model, values, split, batches);
    const aucs = logits.map((one, task) => auc(one, split.labels[task]).auc ?? Number.NaN);
    return { aucs, ...Object.fromEntries(logits.map((one, task) => [`logits of ${shape.tasks[task]}`, one])) };
  };
  return { peer, evaluate, dispose: () => disposeValues(values) };
}

const aboutRows = (rows: number) => `logits and AUC of ${rows.toLocaleString('en')} rows, published size`;

export const works: readonly Work[] = [
  {
    name: 'evaluation',
    about: aboutRows(100_000),
    goal: { ratio: 2 },
    runs: 1,
    prepare(setting) {
      const rows = setting.rows ?? (setting.quick ? 20_000 : 100_000);
      const { peer, evaluate, dispose } = evaluation(setting, rows, false);
      return { run: () => void evaluate(), dispose, peers: [peer], about: aboutRows(rows) };
    },
    check(setting) {
      const { peer, evaluate, dispose } = evaluation(setting, setting.rows ?? 3000, true);
      const ours = evaluate();
      dispose();
      return { ours, peer };
    },
  },
];

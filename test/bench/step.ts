/**
 * Time of one training step at the published and the small size, with the first layer folded and not.
 *
 * Prints minimum and median in ms. `node build/test/bench/step.js [repeats]`
 */

import { adamDefaults } from '../../lib/backend/operations/adam';
import { permutation } from '../../lib/backend/random';
import { batcher } from '../../lib/data/batch';
import type { Split } from '../../lib/data/types';
import { createClient, disposeClient, localStep } from '../../lib/federated/client';
import { disposeValues } from '../../lib/federated/evaluate';
import { mmoe, mmoeSizes } from '../../lib/models/mmoe';
import { initialValues } from '../../lib/models/parameter';

const repeats = Number(process.argv[2] ?? 10);
const rows = 20000;
const tasks = ['click', 'conversion'];
const shape = { fieldSizes: Array(16).fill(50) as number[], numbers: 63, tasks };
const split: Split = {
  rows,
  ids: shape.fieldSizes.map((size, field) => Uint8Array.from(permutation(rows, field), (value) => value % size)),
  numbers: Array.from({ length: 63 }, (_, field) => Float32Array.from(permutation(rows, field), (v) => v / rows)),
  labels: shape.tasks.map((_, task) => Uint8Array.from(permutation(rows, task + 99), (v) => Number(v % 20 === 0))),
};
const splits = { validation: split, test: split };

for (const [name, sizes] of Object.entries(mmoeSizes)) {
  const model = mmoe(shape, sizes);
  const start = initialValues(model.parameters, 1);
  const client = createClient(
    { name: 'bench', tasks, train: split, scenarios: [{ name: 'bench', tasks, trainRows: rows, ...splits }] },
    model,
    start,
    1,
  );
  disposeValues(start);
  const batches = batcher(shape.fieldSizes);
  const step = () => {
    const began = performance.now();
    localStep(client, batches, 2048, adamDefaults).dispose();
    return performance.now() - began;
  };
  step();
  const times = Array.from({ length: repeats }, step).sort((a, b) => a - b);
  console.log(`${name}: min ${times[0].toFixed(1)} ms, median ${times[times.length >> 1].toFixed(1)} ms`);
  disposeClient(client);
}

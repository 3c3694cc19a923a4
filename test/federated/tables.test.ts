import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type AdamOptions, adamDefaults } from '../../lib/backend/operations/adam';
import { batcher } from '../../lib/data/batch';
import { createClient, disposeClient, localStep, readValues } from '../../lib/federated/client';
import { disposeValues } from '../../lib/federated/evaluate';
import { mmoe } from '../../lib/models/mmoe';
import { initialValues } from '../../lib/models/parameter';
import { rowsOf, tasks } from '../models/fixtures';

const sizes = { embedding: 4, experts: 2, expertLayers: [3], towerLayers: [2], dropout: 0 };

/** The embedding table after some steps on data with 3 ids in each of two fields, and the rows that count as touched. */
function tableAfter(steps: number, fieldSizes: number[], options: Partial<AdamOptions>): [number[][], number[]] {
  const model = mmoe({ fieldSizes, numbers: 1, tasks }, sizes);
  const start = initialValues(model.parameters, 1);
  const train = rowsOf(30, 2, 3, 1);
  const client = createClient({ name: 'only', tasks, train, scenarios: [] }, model, start, 1);
  const batches = batcher(fieldSizes);
  for (let step = 0; step < steps; step++) {
    localStep(client, batches, 30, { ...adamDefaults, weightDecay: 0.01, ...options }).dispose();
  }
  const values = readValues(client, ['embedding']);
  const table = values.embedding.arraySync() as number[][];
  disposeValues(values);
  disposeValues(start);
  disposeClient(client);
  return [table, [...client.touched.embedding]];
}

test('where a batch touches every row, lazy and dense updates are the same', () => {
  const [[lazy], [dense]] = (['lazy', 'dense'] as const).map((tables) => tableAfter(3, [3, 3], { tables }));
  lazy.flat().forEach((value, i) => {
    assert.ok(Math.abs(value - dense.flat()[i]) < 1e-6, `entry ${i}: ${value} against ${dense.flat()[i]}`);
  });
});

test('dense updates move the rows that no batch touches, by decay; lazy ones leave them', () => {
  const [start] = tableAfter(0, [5, 3], {});
  for (const tables of ['lazy', 'dense'] as const) {
    const [table, touched] = tableAfter(2, [5, 3], { tables });
    assert.equal(
      touched,
      [1, 1, 1, 0, 0, 1, 1, 1].map((flag) => (tables === 'dense' ? 1 : flag)),
    );
    for (const row of [3, 4]) {
      const moved = table[row].map((value, i) => Math.abs(value) - Math.abs(start[row][i]));
      if (tables === 'lazy') assert.equal(table[row], start[row]);
      else assert.ok(moved.every((change) => Math.abs(change + 2 * adamDefaults.learningRate) < 1e-4, `${moved}`));
    }
  }
});

test.run();

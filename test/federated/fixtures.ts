import { permutation } from '../../lib/backend/random';
import { type Tensor, type Tensor2D, tf } from '../../lib/backend/tensorflow';
import type { Dataset, Split } from '../../lib/data/types';
import { readValues } from '../../lib/federated/client';
import { disposeValues } from '../../lib/federated/evaluate';
import type { Federation } from '../../lib/federated/federation';
import type { Model } from '../../lib/models/model';

/** Rows with one number each, all alike, and one label. */
export function constantSplit(rows: number, number: number, label: 0 | 1): Split {
  return {
    rows,
    ids: [],
    numbers: [new Float32Array(rows).fill(number)],
    labels: [new Uint8Array(rows).fill(label)],
  };
}

/** Random rows with two categorical fields, two numbers and two tasks. */
export function randomSplit(rows: number, seed: number): Split {
  const ids = [5, 40].map((size, field) =>
    Uint8Array.from(permutation(rows, seed * 10 + field), (v) => 2 + (v % size)),
  );
  const numbers = [0, 1].map((field) =>
    Float32Array.from(permutation(rows, seed * 10 + 5 + field), (v) => v / rows - 0.5),
  );
  const click = Uint8Array.from(ids[0], (id, i) => Number((id * 7 + ids[1][i]) % 3 === 0));
  const buy = click.map((label, i) => label * Number(numbers[0][i] > 0));
  return { rows, ids, numbers, labels: [click, buy] };
}

export function datasetOf(splits: Record<string, Split>, tasks: string[]): Dataset {
  const first = Object.values(splits)[0];
  return {
    name: 'test',
    fingerprint: 'test',
    tasks,
    categorical: first.ids.map((_, i) => ({ kind: 'categorical', name: `field${i}`, size: 45, values: [] })),
    numerical: first.numbers.map((_, i) => ({
      kind: 'numerical',
      name: `number${i}`,
      transform: 'none',
      centre: 0,
      scale: 1,
    })),
    scenarios: Object.entries(splits).map(([name, split]) => ({
      name,
      splits: { train: split, validation: split, test: split },
    })),
    warnings: [],
  };
}

/** Two scenarios of random rows. */
export const randomDataset = (): Dataset =>
  datasetOf({ a: randomSplit(300, 1), b: randomSplit(100, 2) }, ['click', 'buy']);

/** logit = w · number: one parameter, in the group `weight`. */
export const oneParameter = (): Model => ({
  name: 'one parameter',
  parameters: [{ name: 'w', group: 'weight', shape: [1, 1], initial: { value: 0 } }],
  forward: (values, { numbers }) => tf.matMul(numbers, values.w as Tensor2D),
});

export const tinySizes = { embedding: 4, experts: 2, expertLayers: [8, 4], towerLayers: [4], dropout: 0.2 };

export const numbersOf = (tensor: Tensor): number[] => Array.from(tensor.dataSync());

/** All values of every client, by name. */
export function valuesOf({ clients }: Federation): Record<string, number[]>[] {
  return clients.map((client) => {
    const values = readValues(client);
    const numbers = Object.fromEntries(Object.entries(values).map(([name, tensor]) => [name, numbersOf(tensor)]));
    disposeValues(values);
    return numbers;
  });
}

/**
 * First layer folded into the embedding rows against looking up and multiplying, forward and backward.
 *
 * Both sides run in turn; prints minimum and median in ms and the ratio of the medians (above 1: folding is faster).
 * Units are those of all experts of a first layer: 4096 at the published size, 512 at the small one.
 */
import { foldedLinear, foldingPays, type Lookup, lookup } from '../../../lib/backend/operations/lookup';
import { permutation } from '../../../lib/backend/random';
import { type Tensor2D, tf } from '../../../lib/backend/tensorflow';
import { batcher, disposeBatch } from '../../../lib/data/batch';
import type { Split } from '../../../lib/data/types';

const repeats = Number(process.argv[2] ?? 9);
const batch = 2048;
const fields = 16;
const dense = 16;

function splitOf(size: number): Split {
  const ids = Array.from({ length: fields }, (_, f) => Int32Array.from(permutation(batch, f), (value) => value % size));
  return { rows: batch, ids, numbers: [], labels: [new Uint8Array(batch)] };
}

function time(work: () => void): number {
  const began = performance.now();
  tf.tidy(work);
  return performance.now() - began;
}

function compare(at: Lookup, width: number, units: number): string {
  const rows = tf.randomNormal([at.rows, width]) as Tensor2D;
  const numbers = tf.randomNormal([batch, dense]) as Tensor2D;
  const weight = tf.randomNormal([fields * width + dense, units]) as Tensor2D;
  const gradients = (f: (r: Tensor2D, d: Tensor2D, w: Tensor2D) => Tensor2D) => () => {
    const sum = (...[r, d, w]: Tensor2D[]) => tf.sum(f(r, d, w)).asScalar();
    for (const gradient of tf.grads(sum as never)([rows, numbers, weight])) gradient.dataSync();
  };
  const folded = gradients((r, d, w) => foldedLinear(r, d, w, at));
  const plain = gradients((r, d, w) => tf.matMul(tf.concat([lookup(r, at), d], 1), w));
  const times: [number[], number[]] = [[], []];
  time(folded);
  time(plain);
  for (let i = 0; i < repeats; i++) {
    times[0].push(time(folded));
    times[1].push(time(plain));
  }
  tf.dispose([rows, numbers, weight]);
  const [f, p] = times.map((list) => list.sort((a, b) => a - b));
  const median = (list: number[]) => list[list.length >> 1];
  const show = (list: number[]) => `${list[0].toFixed(1)} / ${median(list).toFixed(1)}`;
  return `folded ${show(f)}, plain ${show(p)} ms, ratio ${(median(p) / median(f)).toFixed(2)}`;
}

for (const size of [50, 1000]) {
  const made = batcher(Array(fields).fill(size)).train(splitOf(size), permutation(batch, 99));
  for (const units of [512, 4096]) {
    for (const width of [16, 32, 64, 128]) {
      const chosen = foldingPays(made.lookup, width) ? 'folds' : 'plain';
      console.log(`${size} ids, ${units} units, width ${width} (${chosen}): ${compare(made.lookup, width, units)}`);
    }
  }
  disposeBatch(made);
}

/**
 * Memory of local steps, measured in a process that does nothing else; one line of JSON.
 *
 * `node memory-worker.js small STEPS` or `published STEPS`
 */
import { existsSync, readFileSync } from 'node:fs';
import { liveTensors } from '../../lib/backend/execute';
import { type MmoeSizes, mmoeSizes } from '../../lib/models/mmoe';
import type { DataShape } from '../../lib/models/model';
import { elements } from '../../lib/models/parameter';
import { benchClient } from './client';
import { publishedFields, shapeOf, splitOf } from './data';
import type { PublishedRun, SmallRun } from './memory';

const MEGABYTE = 1e6;
const BATCH = 2048;
const shape = shapeOf(publishedFields);

function smallRun(steps: number): SmallRun {
  const { step } = clientOf(mmoeSizes.small);
  const run = { tensors: [] as number[], megabytes: [] as number[] };
  for (let i = 1; i <= steps; i++) {
    step();
    if (i % 100 > 0) continue;
    globalThis.gc?.();
    run.tensors.push(liveTensors());
    run.megabytes.push(process.memoryUsage.rss() / MEGABYTE);
  }
  return run;
}

function publishedRun(steps: number): PublishedRun {
  const warm = clientOf({ ...mmoeSizes.small, experts: 1 });
  warm.step(); // libtensorflow has started and code is loaded
  warm.dispose();
  const before = process.memoryUsage.rss();
  const { client, step } = clientOf(mmoeSizes.published);
  for (let i = 0; i < steps; i++) step();
  const numbers = client.model.parameters
    .filter(({ trainable }) => trainable !== false)
    .reduce((sum, parameter) => sum + elements(parameter), 0);
  const bytes = (count: number) => (4 * count) / MEGABYTE;
  return {
    peak: (peakResident() - before) / MEGABYTE,
    parameters: bytes(numbers),
    optimizer: bytes(2 * numbers),
    gradients: bytes(numbers),
    activations: bytes(BATCH * activations(shape, mmoeSizes.published)),
  };
}

/** Bytes of main memory that this process held at most. */
function peakResident(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
  // Where the system has no such file: a figure that on some systems counts the parent process, too.
  return 1024 * Number(kilobytes ?? process.resourceUsage().maxRSS);
}

/**
 * Numbers per row that a backward pass needs: the field vectors, what goes into each normalisation and what comes out
 * of each layer, gates and mixtures.
 */
function activations({ fieldSizes, tasks }: DataShape, sizes: MmoeSizes): number {
  const sum = (units: readonly number[]) => units.reduce((total, count) => total + count, 0);
  const mixed = sizes.expertLayers[sizes.expertLayers.length - 1];
  return (
    (fieldSizes.length + 1) * sizes.embedding +
    2 * sizes.experts * sum(sizes.expertLayers) +
    2 * tasks.length * sum(sizes.towerLayers) +
    tasks.length * (sizes.experts + mixed + 1)
  );
}

const split = splitOf(shape, 20_000, 'even');
const clientOf = (sizes: MmoeSizes) => benchClient({ shape, split, sizes, batch: BATCH });

const [kind, steps] = process.argv.slice(2);
console.log(JSON.stringify(kind === 'small' ? smallRun(Number(steps)) : publishedRun(Number(steps))));

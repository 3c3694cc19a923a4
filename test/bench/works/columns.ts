import { batcher, disposeBatch } from '../../../lib/data/batch';
import { rowStream } from '../../../lib/data/row-stream';
import { mmoeSizes } from '../../../lib/models/mmoe';
import { benchClient } from '../client';
import { publishedFields, shapeOf, splitOf } from '../data';
import type { Work } from '../work';

/** What a step spends before the model begins: drawing rows, and from typed columns to a batch on the device. */
export const works: readonly Work[] = [
  {
    name: 'columns',
    about: 'from typed columns to a batch, in a small step',
    goal: { share: 0.03 },
    runs: 50,
    prepare({ rows = 20_000 }) {
      const shape = shapeOf(publishedFields);
      const split = splitOf(shape, rows, 'even');
      const batch = Math.min(2048, rows);
      const bench = benchClient({ shape, split, sizes: mmoeSizes.small, batch });
      const stream = rowStream(rows, 1);
      const batches = batcher(shape.fieldSizes);
      return {
        run: () => disposeBatch(batches.train(split, stream.next(batch))),
        whole: () => void bench.step(),
        dispose: bench.dispose,
        peers: [],
      };
    },
  },
];

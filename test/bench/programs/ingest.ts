// Prints how long data sets take to open from their raw files and from the cache.
// node build/test/bench/programs/ingest.js [name …]   (PF_DATA: folder of the data sets; default ../shared/data)
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '../../../lib/data/open';
import { projectRoot } from '../../../lib/data/paths';

const REPEATS = 5;
const parent = process.env.PF_DATA ?? join(projectRoot(), '..', 'shared', 'data');

async function time(action: () => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const started = performance.now();
    await action();
    times.push((performance.now() - started) / 1000);
  }
  times.sort((a, b) => a - b);
  return `min ${times[0].toFixed(2)} s, median ${times[REPEATS >> 1].toFixed(2)} s`;
}

async function main(names: readonly string[]): Promise<void> {
  console.log(`synthetic: ${await time(() => openDataset('synthetic'))}`);
  const cache = mkdtempSync(join(tmpdir(), 'pf-bench-'));
  for (const name of names) {
    const data = join(parent, name);
    if (!existsSync(data)) {
      console.log(`${name}: skipped, there is no ${data}`);
      continue;
    }
    console.log(`${name} raw: ${await time(() => openDataset(name, { data, cache, refresh: true }))}`);
    console.log(`${name} cached: ${await time(() => openDataset(name, { data, cache }))}`);
  }
  rmSync(cache, { recursive: true });
}

main(process.argv.length > 2 ? process.argv.slice(2) : ['kuairand-pure', 'census-income']);

import { availableParallelism } from 'node:os';
import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chromiumPath } from './chromium';
import { drawnFigures, endOfRun, labSession, picture, runAllCells } from './lab-page';
import { figuresOf, notebookNames, readNotebook, unrun } from './notebook-file';

const check = chromiumPath ? test : test.skip;
if (!chromiumPath) console.log('skipped: no Chromium was found (install chromium, or name one with PF_CHROMIUM)');

// As many at a time as there are cores (four at most), with one thread each.
const names = notebookNames();
const jobs = Math.min(4, availableParallelism(), names.length);
const session = labSession(jobs > 1 ? { env: { TF_NUM_INTRAOP_THREADS: '1' } } : {});

/** Runs a notebook that has no outputs; what is seen afterwards is new. */
async function runAll(name: string): Promise<void> {
  const stored = readNotebook(name);
  const figures = figuresOf(stored);
  const opened = await session.open(name, unrun(stored), true);
  const { page, foreign } = opened;
  assert.is(await page.locator('.js-plotly-plot').count(), 0);
  const growth = watchGrowth(page);
  await runAllCells(page);
  const problem = await endOfRun(opened, 500, growth.look);
  const drawn = problem === '' ? await drawnFigures(page, figures) : 0;
  await picture(page, `${name}-run`);
  assert.ok(problem === '', problem);
  assert.is(drawn, figures, 'figures');
  assert.is(await drawnFigures(page, figures, 5_000), figures, 'a figure was lost when the window changed its size');
  assert.equal(foreign, []);
  if (name === '00-quickstart') growth.check();
  await opened.close();
}

/** Watches the first figure while cells run: the quickstart's grows by a point a round, in one place. */
function watchGrowth(page: Page) {
  const points = new Set<number>();
  const below = new Set<number>();
  return {
    async look() {
      const [x, count] = await page.evaluate<[number, number]>(`(() => {
        const plot = document.querySelector('.js-plotly-plot');
        const figures = plot?.closest('.jp-OutputArea')?.querySelectorAll('.js-plotly-plot') ?? [];
        return [plot?.data?.[0]?.x?.length ?? 0, figures.length];
      })()`);
      if (x > 0) points.add(x);
      if (count > 0) below.add(count);
    },
    check() {
      const seen = [...points].sort((a, b) => a - b);
      assert.ok(seen.length >= 3, `the figure was seen with ${seen.join(', ')} points only`);
      assert.is(seen.at(-1), 6);
      assert.equal([...below], [1], 'the figure did not stay in its place');
    },
  };
}

/** The runs of all notebooks, a few at a time; each test waits for its own. */
let runs: Map<string, Promise<void>> | undefined;

function runOf(name: string): Promise<void> {
  runs ??= startAll();
  return runs.get(name)!;
}

function startAll(): Map<string, Promise<void>> {
  const lanes: Promise<unknown>[] = Array.from({ length: jobs }, () => session.start());
  return new Map(
    names.map((one, i) => {
      const run = lanes[i % jobs].then(() => runAll(one));
      // A failed run must not keep those behind it from running.
      lanes[i % jobs] = run.catch(() => undefined);
      return [one, run];
    }),
  );
}

for (const name of names) {
  check(`${name} runs in JupyterLab without an error and draws its figures`, () => runOf(name));
}

check('JupyterLab and its kernels end when asked', async () => {
  const { lab, browser } = await session.start();
  await browser.close();
  assert.ok(await lab.stop(), 'the server had to be killed');
});

test.run();

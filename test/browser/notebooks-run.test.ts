import { availableParallelism } from 'node:os';
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
  await runAllCells(page);
  const problem = await endOfRun(opened, 500);
  const drawn = problem === '' ? await drawnFigures(page, figures) : 0;
  await picture(page, `${name}-run`);
  assert.ok(problem === '', problem);
  assert.is(drawn, figures, 'figures');
  assert.is(await drawnFigures(page, figures, 5_000), figures, 'a figure was lost when the window changed its size');
  assert.equal(foreign, []);
  await opened.close();
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

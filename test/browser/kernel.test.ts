import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chromiumPath } from './chromium';
import { beginOfRun, choose, drawnFigures, endOfRun, type LabPage, labSession, picture, runAllCells } from './lab-page';
import { figuresOf, notebookOf, readNotebook, unrun } from './notebook-file';

const check = chromiumPath ? test : test.skip;
if (!chromiumPath) console.log('skipped: no Chromium was found (install chromium, or name one with PF_CHROMIUM)');

const session = labSession();

const errors = '[data-mime-type$="jupyter.error"], [data-mime-type$="jupyter.stderr"]';
const outputOf = (page: LabPage['page'], codeCell: number) =>
  page.locator('.jp-CodeCell').nth(codeCell).locator('.jp-OutputArea-output');

check('the stop button ends a round at work, and the next cell goes on with it', async () => {
  const opened = await session.open('stop', stopNotebook, true);
  const { page } = opened;
  await runAllCells(page);
  await outputOf(page, 1).getByText('round 1 of both').waitFor({ timeout: 120_000 });
  await page.waitForTimeout(1_500); // into the loop of the third cell
  const pressed = Date.now();
  await page.locator('[data-command="notebook:interrupt-kernel"]').first().click();
  const message = page.locator('.jp-CodeCell').nth(2).locator(errors);
  await message.waitFor({ timeout: 60_000 }); // the loop would take ten minutes
  console.log(`the cell ended ${Date.now() - pressed} ms after the stop button was pressed`);
  assert.is(
    (await message.textContent())?.trim().replace(/\d+/, 'N'),
    'Interrupted in round N. Nothing is lost: the next call of round() or rounds() goes on from here, with the same numbers.',
  );
  assert.is(await outputOf(page, 3).count(), 0, 'the cell after the interrupted one was run');

  // tslab drops what it is asked for in the first 200 ms after a cell that failed.
  await page.waitForTimeout(1_000);
  await page.locator('.jp-CodeCell').nth(3).locator('.cm-content').click();
  await choose(page, 'Run', /^Run Selected Cell and All Below/);
  await outputOf(page, 4).getByText('equal', { exact: true }).waitFor({ timeout: 120_000 });
  assert.match(String(await outputOf(page, 3).textContent()), 'round 1 is known, paused: true');
  assert.is(await page.locator(errors).count(), 1);
  await picture(page, 'stop-button');
  await opened.close();
});

/** Rounds of about a second. The last cells compare with a federation that nobody has interrupted. */
const stopNotebook = notebookOf(
  `import assert from 'node:assert/strict';
import * as pf from 'pf-msmtrec';
const dataset = await pf.openDataset('synthetic', { synthetic: { scale: 0.25 } });
const make = () => pf.createFederation({
  dataset: dataset, plan: pf.methods.fedbn(pf.planDefaults),
  model: (shape) => pf.mmoe(shape, pf.mmoeSizes.small), seed: 1, localWork: { steps: 20 },
});
const [federation, undisturbed] = [make(), make()];`,
  `const first = await federation.round();
await undisturbed.round();
console.log('round ' + first.round + ' of both');`,
  'for (let i = 0; i < 1000; i++) await federation.round();',
  "console.log('round ' + first.round + ' is known, paused: ' + federation.isPaused);",
  `const next = await federation.round();
let same = await undisturbed.round();
while (same.round < next.round) same = await undisturbed.round();
assert.deepEqual({ ...same, seconds: null }, { ...next, seconds: null });
console.log('equal');`,
);

check('a live figure grows in its place', async () => {
  const opened = await session.open('live', liveNotebook, true);
  const { page } = opened;
  const points = new Set<number>();
  const figures = new Set<number>();
  await runAllCells(page);
  const problem = await endOfRun(opened, 120, async () => {
    const [shown, count] = await page.evaluate<[number, number]>(`(() => {
      const plots = document.querySelectorAll('.jp-CodeCell')[1].querySelectorAll('.js-plotly-plot');
      return [plots[0]?.data?.[0]?.x?.length ?? 0, plots.length];
    })()`);
    if (count > 0) points.add(shown);
    if (count > 0) figures.add(count);
  });
  assert.ok(problem === '', problem);
  assert.equal([...figures], [1], 'the figure did not stay in its place');
  const seen = [...points].filter((count) => count > 0);
  assert.ok(seen.length >= 2, `the figure was seen with ${seen.join(', ')} points only`);
  assert.equal(
    seen,
    [...seen].sort((a, b) => a - b),
  );
  assert.is(seen.at(-1), 6);
  await opened.close();
});

/** The first cell has the browser load what draws figures; the second gives it time to draw each state. */
const liveNotebook = notebookOf(
  `import { setTimeout } from 'node:timers/promises';
import * as pf from 'pf-msmtrec';
const line = (points: number) => {
  const x = Array.from({ length: points }, (_, k) => k);
  return { data: [{ type: 'scatter', x: x, y: x }], layout: {} };
};
pf.show(line(2));`,
  `const live = pf.liveFigure();
for (let points = 1; points <= 6; points++) {
  live.update(line(points));
  await setTimeout(1500);
}`,
);

/** Megabytes that two more runs may take: they take 2 to 4, of which the compiler of cells holds most. Tensors are counted. */
const MOST_GROWTH = 20;

/** Prints what the kernel holds after garbage collection. */
const measure = `import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
setFlagsFromString('--expose-gc');
(runInNewContext('gc') as () => void)();
console.log(JSON.stringify({ tensors: pf.liveTensors(), megabytes: process.memoryUsage().rss / 2 ** 20 }));`;

check('a notebook runs again and again in one kernel without growing, and after a restart', async () => {
  const stored = readNotebook('13-your-own-data');
  const figures = figuresOf(stored);
  const notebook = unrun(stored, [measure]);
  const opened = await session.open('again', notebook, true);
  const { page } = opened;
  const last = notebook.cells.filter(({ cell_type }) => cell_type === 'code').length - 1;
  const held: { tensors: number; megabytes: number }[] = [];
  const runsWhole = async () => {
    await beginOfRun(opened.page);
    const problem = await endOfRun(opened);
    assert.ok(problem === '', problem);
    assert.is(await drawnFigures(page, figures), figures);
    held.push(JSON.parse(String(await outputOf(page, last).textContent())));
  };
  for (let run = 0; run < 5; run++) {
    if (run === 0) await runAllCells(page);
    else await choose(page, 'Run', 'Run All Cells');
    await runsWhole();
  }
  console.log(held.map(({ tensors, megabytes }) => `${tensors} tensors, ${megabytes.toFixed(0)} MB`).join('; '));
  // The first runs grow to the working size: the compiler of cells, code, buffers.
  assert.is(held[4].tensors, held[1].tensors);
  const grown = held[4].megabytes - held[2].megabytes;
  assert.ok(grown < MOST_GROWTH, `two runs more took ${grown.toFixed(0)} MB`);

  await choose(page, 'Kernel', /^Restart Kernel and Run All Cells/);
  await page.locator('.jp-Dialog .jp-mod-accept').click();
  await runsWhole();
  assert.is(await page.locator('.jp-CodeCell .jp-InputArea-prompt').first().textContent(), '[1]:');
  await opened.close();
});

check('JupyterLab and its kernels end when asked', async () => {
  const { lab, browser } = await session.start();
  await browser.close();
  assert.ok(await lab.stop(), 'the server had to be killed');
});

test.run();

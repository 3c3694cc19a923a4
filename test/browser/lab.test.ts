import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chromiumPath, foreignRequests, openChromium, projectFolder, screenshotPath } from './chromium';
import { type Lab, startLab } from './lab';

const check = chromiumPath ? test : test.skip;
if (!chromiumPath) console.log('skipped: no Chromium was found (install chromium, or name one with PF_CHROMIUM)');

// One server and one browser serve all tests; they start with the first and are ended by the last, which runs even if
// another has failed. Hooks would do, but a hook that throws is not counted.
let starting: Promise<{ lab: Lab; browser: Browser }> | undefined;

function both() {
  starting ??= startLab().then(async (lab) => {
    try {
      return { lab, browser: await openChromium() };
    } catch (problem) {
      await lab.stop();
      throw problem;
    }
  });
  return starting;
}

interface Opened {
  readonly page: Page;
  readonly foreign: string[];
  readonly codeCells: number;
  /** Figures in the notebook's file. */
  readonly figures: number;
}

/** Opens a notebook in a new window and waits until its cells are there. */
async function open(name: string): Promise<Opened> {
  const { lab, browser } = await both();
  const { cells } = JSON.parse(readFileSync(join(projectFolder, 'notebooks', name), 'utf8')) as {
    cells: { cell_type: string; outputs?: { data?: Record<string, unknown> }[] }[];
  };
  const outputs = cells.flatMap((cell) => cell.outputs ?? []);
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const foreign = foreignRequests(page, lab.origin);
  await page.goto(lab.address(name));
  await page
    .locator('.jp-Notebook .jp-Cell')
    .nth(cells.length - 1)
    .waitFor({ state: 'attached', timeout: 60_000 });
  return {
    page,
    foreign,
    codeCells: cells.filter((cell) => cell.cell_type === 'code').length,
    figures: outputs.filter((output) => 'application/vnd.plotly.v1+json' in (output.data ?? {})).length,
  };
}

/** How many figures are drawn at a size that can be read, once all are or when time is up. */
async function drawnFigures(page: Page, expected: number, milliseconds = 60_000): Promise<number> {
  const count = `[...document.querySelectorAll('.js-plotly-plot')].filter((plot) => {
    const { width, height } = plot.querySelector('.main-svg')?.getBoundingClientRect() ?? { width: 0, height: 0 };
    return width > 600 && height > 250 && plot.getBoundingClientRect().height >= height;
  }).length`;
  for (let waited = 0; waited < milliseconds; waited += 250) {
    if (Number(await page.evaluate(count)) >= expected) break;
    await sleep(250);
  }
  return Number(await page.evaluate(count));
}

/** A picture of the whole notebook: the window is made as tall as its cells. */
async function picture(page: Page, name: string): Promise<void> {
  // Heights of cells out of sight are estimates, so the second time counts.
  for (let time = 0; time < 2; time++) {
    const content = Number(await page.evaluate("document.querySelector('.jp-WindowedPanel-viewport').offsetHeight"));
    await page.setViewportSize({ width: 1400, height: Math.min(16_000, 200 + content) });
    await page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0");
    await sleep(1_500);
  }
  await page.screenshot({ path: screenshotPath(name) });
}

const errors = (page: Page) =>
  page.locator('[data-mime-type="application/vnd.jupyter.error"], [data-mime-type="application/vnd.jupyter.stderr"]');

for (const name of ['00-quickstart', '01-data', '04-conflict-coordination', '05-personalised-aggregation']) {
  check(`${name} opens in JupyterLab with its stored figures drawn`, async () => {
    const { page, foreign, figures } = await open(`${name}.ipynb`);
    assert.ok(figures > 0, 'the notebook was committed without its figures');
    assert.is(await drawnFigures(page, figures), figures);
    assert.is(await errors(page).count(), 0);
    await picture(page, `${name}-stored`);
    assert.is(await drawnFigures(page, figures, 5_000), figures, 'a figure was lost when the window changed its size');
    assert.equal(foreign, []);
    await page.close();
  });
}

check('00-quickstart runs in JupyterLab, and its figure grows while it trains', async () => {
  const { page, codeCells, figures } = await open('00-quickstart.ipynb');
  await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
  await page.getByText('Run All Cells', { exact: true }).click();

  // Points of the first curve of the first figure, read while the cells run.
  const seen = new Set<number>();
  const prompts = page.locator('.jp-CodeCell .jp-InputArea-prompt');
  let finished = 0;
  for (let waited = 0; waited < 300_000 && finished < codeCells; waited += 100) {
    const points = await page.evaluate("document.querySelector('.js-plotly-plot')?.data?.[0]?.x?.length ?? 0");
    seen.add(Number(points));
    finished = (await prompts.allTextContents()).filter((text) => /\[\d+\]/.test(text)).length;
    if ((await errors(page).count()) > 0) break;
    await sleep(100);
  }
  const problem = (await errors(page).allTextContents()).join('\n');
  await drawnFigures(page, figures);
  await picture(page, '00-quickstart-run');

  assert.is(problem, '');
  assert.is(finished, codeCells);
  const growth = [...seen].filter((points) => points > 0).sort((a, b) => a - b);
  assert.ok(growth.length >= 3, `the figure was seen with ${growth.join(', ')} points only`);
  assert.is(growth.at(-1), 6);
  assert.is(await drawnFigures(page, figures), figures);
  await page.close();
});

check('JupyterLab and its kernels end when asked', async () => {
  const { lab, browser } = await both();
  await browser.close();
  assert.ok(await lab.stop(), 'the server had to be killed');
  assert.not.ok(existsSync(lab.notebooks));
});

test.run();

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { foreignRequests, openChromium, screenshotPath } from './chromium';
import { type Lab, type LabOptions, startLab } from './lab';
import { type NotebookFile, textOf, writeNotebook } from './notebook-file';

/** JupyterLab and a browser for the tests of one file. */
export interface LabSession {
  /** Both start with the first call, so that a test that needs them is counted if they do not. */
  readonly start: () => Promise<{ readonly lab: Lab; readonly browser: Browser }>;
  /** Opens a notebook, with other content if some is given, in a window of its own and waits until its cells are there. */
  readonly open: (name: string, notebook: NotebookFile, isNew?: boolean) => Promise<LabPage>;
}

/** A notebook in a window. */
export interface LabPage {
  readonly page: Page;
  readonly notebook: NotebookFile;
  /** What the page asked of anybody but JupyterLab. */
  readonly foreign: readonly string[];
  /** Ends the kernel and closes the window. */
  readonly close: () => Promise<void>;
}

export function labSession(options: LabOptions = {}): LabSession {
  let starting: Promise<{ lab: Lab; browser: Browser }> | undefined;
  const start = () => {
    starting ??= startLab(options).then(async (lab) => {
      try {
        return { lab, browser: await openChromium() };
      } catch (problem) {
        await lab.stop();
        throw problem;
      }
    });
    return starting;
  };
  return {
    start,
    async open(name, notebook, isNew = false) {
      const { lab, browser } = await start();
      if (isNew) writeNotebook(join(lab.notebooks, `${name}.ipynb`), notebook);
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      const foreign = foreignRequests(page, lab.origin);
      await page.goto(lab.address(`${name}.ipynb`));
      await page
        .locator('.jp-Notebook .jp-Cell')
        .nth(notebook.cells.length - 1)
        .waitFor({ state: 'attached', timeout: 60_000 });
      const close = async () => {
        await lab.endKernel(`${name}.ipynb`);
        await page.close();
      };
      return { page, notebook, foreign, close };
    },
  };
}

/** Chooses an entry of JupyterLab's menus. */
export async function choose(page: Page, menu: string, entry: string | RegExp): Promise<void> {
  await page.getByRole('menuitem', { name: menu, exact: true }).click();
  await page.getByRole('menuitem', { name: entry }).first().click();
}

const prompts = (page: Page, text: string | RegExp) =>
  page.locator('.jp-CodeCell .jp-InputArea-prompt', { hasText: text });

/** Runs all cells of a notebook that was not run before. A window may not listen yet when it shows its cells: then again. */
export async function runAllCells(page: Page): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await choose(page, 'Run', 'Run All Cells');
    const begun = prompts(page, /\[(\*|\d+)\]/).first();
    const isRunning = await begun.waitFor({ state: 'attached', timeout: 30_000 }).then(
      () => true,
      () => false,
    );
    if (isRunning) return;
    if (attempt === 3) throw new Error('no cell began to run');
  }
}

/** Waits until a run has begun. */
export const beginOfRun = (page: Page): Promise<void> =>
  prompts(page, '[*]').first().waitFor({ state: 'attached', timeout: 90_000 });

/** Waits until no cell of a run waits or runs any more, and tells what went wrong; empty if nothing did. */
export async function endOfRun({ page, notebook }: LabPage, seconds = 300, look = async () => {}): Promise<string> {
  const waiting = prompts(page, '[*]');
  const end = Date.now() + 1000 * seconds;
  while (Date.now() < end && (await waiting.count()) > 0) {
    await look();
    await sleep(100);
  }
  return failures(page, notebook);
}

/** Cells with an error or without an end, each with its text and what it printed. */
async function failures(page: Page, { cells }: NotebookFile): Promise<string> {
  const code = cells.filter(({ cell_type }) => cell_type === 'code');
  const shown = await page.evaluate<{ prompt: string; error: string }[]>(`
    [...document.querySelectorAll('.jp-CodeCell')].map((cell) => ({
      prompt: cell.querySelector('.jp-InputArea-prompt').textContent,
      error: [...cell.querySelectorAll('[data-mime-type$="jupyter.error"], [data-mime-type$="jupyter.stderr"]')]
        .map((output) => output.textContent).join('\\n'),
    }))`);
  const failed = code.flatMap((cell, i) => {
    const { prompt, error } = shown[i] ?? { prompt: 'nothing', error: '' };
    if (error === '' && /\[\d+\]/.test(prompt)) return [];
    const text = textOf(cell).replace(/^/gm, '  | ');
    return [`code cell ${i + 1} of ${code.length}, shown with ${prompt}:\n${text}\n${error}`];
  });
  return failed.slice(0, 2).join('\n');
}

/** How many figures are drawn at a size that can be read, once all are or when time is up. */
export async function drawnFigures(page: Page, expected: number, milliseconds = 60_000): Promise<number> {
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
export async function picture(page: Page, name: string): Promise<void> {
  // Heights of cells out of sight are estimates, so the second time counts.
  for (let time = 0; time < 2; time++) {
    const content = Number(await page.evaluate("document.querySelector('.jp-WindowedPanel-viewport').offsetHeight"));
    await page.setViewportSize({ width: 1400, height: Math.min(16_000, 200 + content) });
    await page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0");
    await sleep(1_500);
  }
  await page.screenshot({ path: screenshotPath(name) });
}

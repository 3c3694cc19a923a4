import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reportHtml } from '../../lib';
import { madeUpResults, madeUpRounds, REFERENCES } from '../report/made-up';
import { chromiumPath, foreignRequests, openChromium, projectFolder, screenshotPath } from './chromium';

const check = chromiumPath ? test : test.skip;
if (!chromiumPath) console.log('skipped: no Chromium was found (install chromium, or name one with PF_CHROMIUM)');

check('a report opens from a double click, draws its figures and asks nobody for anything', async () => {
  const parent = join(projectFolder, '.cache', 'browser-test');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'report-'));
  let browser: Browser | undefined;
  try {
    const file = join(folder, 'report.html');
    const configuration = { name: 'made up', rounds: 10, seeds: [1, 2, 3] };
    const stored = { folder, configuration, rounds: madeUpRounds(), results: madeUpResults(), references: REFERENCES };
    writeFileSync(file, reportHtml(stored));
    browser = await openChromium();
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const address = pathToFileURL(file).href;
    const foreign = foreignRequests(page, address);
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    await page.goto(address);
    await page.locator('html[data-drawn=yes]').waitFor({ state: 'attached', timeout: 60_000 });
    assert.is(await page.locator('.js-plotly-plot').count(), 6);
    assert.is(await page.locator('.js-plotly-plot', { has: page.locator('.main-svg') }).count(), 6);
    assert.equal(problems, []);
    assert.equal(foreign, []);
    await page.setViewportSize({ width: 1000, height: 800 });
    await page.waitForTimeout(1_000);
    for (const plot of await page.locator('.js-plotly-plot').all()) {
      const box = await plot.locator('.main-svg').first().boundingBox();
      assert.ok(box && box.height > 250 && box.width < 1000, 'a figure does not follow the width of the window');
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.waitForTimeout(1_000);
    await page.screenshot({ path: screenshotPath('report'), fullPage: true });
    // On a phone panels stand below each other, and nothing but tables is wider than the screen.
    await page.setViewportSize({ width: 390, height: 800 });
    await page.waitForTimeout(2_000);
    assert.is(await page.evaluate<number>('document.documentElement.scrollWidth'), 390);
    const boxes = await Promise.all(
      ['xy', 'x2y2'].map((panel) =>
        page.locator(`.js-plotly-plot .bg.${panel}, .js-plotly-plot .${panel}`).first().boundingBox(),
      ),
    );
    assert.ok(boxes[0] && boxes[1] && boxes[1].y > boxes[0].y + 200, 'panels are not below each other');
    assert.equal(problems, []);
    await page.screenshot({ path: screenshotPath('report-phone'), fullPage: true });
  } finally {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();

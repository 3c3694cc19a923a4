import { existsSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chromiumPath } from './chromium';
import { drawnFigures, labSession, picture } from './lab-page';
import { figuresOf, notebookNames, readNotebook } from './notebook-file';

const check = chromiumPath ? test : test.skip;
if (!chromiumPath) console.log('skipped: no Chromium was found (install chromium, or name one with PF_CHROMIUM)');

const session = labSession({ theme: 'dark' });

for (const name of notebookNames()) {
  check(`${name} opens in a dark JupyterLab with its stored figures drawn`, async () => {
    const notebook = readNotebook(name);
    const figures = figuresOf(notebook);
    assert.ok(figures > 0, 'the notebook was committed without its figures');
    const opened = await session.open(name, notebook);
    const { page, foreign } = opened;
    assert.is(await drawnFigures(page, figures), figures);
    const errors = '[data-mime-type$="jupyter.error"], [data-mime-type$="jupyter.stderr"]';
    assert.is(await page.locator(errors).count(), 0);
    await picture(page, `${name}-dark`);
    assert.is(await drawnFigures(page, figures, 5_000), figures, 'a figure was lost when the window changed its size');
    assert.equal(foreign, []);
    await opened.close();
  });
}

check('JupyterLab ends when asked', async () => {
  const { lab, browser } = await session.start();
  await browser.close();
  assert.ok(await lab.stop(), 'the server had to be killed');
  assert.not.ok(existsSync(lab.notebooks));
});

test.run();

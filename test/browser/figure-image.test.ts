import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { criticalDifferenceFigure, methodRanks, scenarioHeatMap, writeFigureImages } from '../../lib';
import { madeUpResults } from '../report/made-up';
import { chromiumPath, projectFolder } from './chromium';

const check = chromiumPath ? test : test.skip;
if (!chromiumPath) console.log('skipped: no Chromium was found (install chromium, or name one with PF_CHROMIUM)');

check('figures are written as SVG and PNG', async () => {
  const parent = join(projectFolder, '.cache', 'browser-test');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'figures-'));
  try {
    const ranks = methodRanks(madeUpResults())!;
    const [svg, png] = [join(folder, 'map.svg'), join(folder, 'ranks.png')];
    await writeFigureImages(
      [
        { figure: scenarioHeatMap(madeUpResults()), path: svg },
        { figure: criticalDifferenceFigure(ranks), path: png },
      ],
      { width: 700, scale: 3 },
    );
    const text = readFileSync(svg, 'utf8');
    assert.match(text, /^<svg [^>]*width="700"/);
    assert.match(text, 'fedavg');
    const picture = readFileSync(png);
    assert.is(picture.toString('latin1', 1, 4), 'PNG');
    // The width is the first number of the first chunk.
    assert.is(picture.readUInt32BE(16), 2100);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();

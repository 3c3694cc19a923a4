import { jupyterEnvironment } from '../setup/environment.mjs';
import { paths } from '../setup/paths.mjs';
import { findChromium } from './chromium.mjs';
import { runTestFiles, testFiles } from './files.mjs';

/** The browser tests, where there is a browser: PF_CHROMIUM tells them which. */
export async function runBrowserTests({ filters, timeoutMs = 1_500_000, say = console.log }) {
  const sources = testFiles('test/browser', filters);
  if (sources.length === 0) return [];
  const chromium = findChromium();
  if (!chromium) {
    say('skipped  browser tests: no Chromium was found (install chromium, or name one with PF_CHROMIUM)');
    return sources.map(() => ({ passed: 0, failed: 0, skipped: 1 }));
  }
  const env = { ...jupyterEnvironment(), PF_CHROMIUM: chromium, NO_COLOR: '1' };
  return runTestFiles(sources, { jobs: 1, env, timeoutMs, nodeArgs: ['--require', paths.preload], say });
}

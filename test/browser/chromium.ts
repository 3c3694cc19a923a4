import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { findBrowser, openBrowser } from '../../lib/report/browser';

/** The project's folder, seen from the compiled tests. */
export const projectFolder = resolve(__dirname, '..', '..', '..');

/** The Chromium that the test runner chose, or the first that this machine has; undefined without one. */
export const chromiumPath = findBrowser();

export { openBrowser as openChromium };

/** Collects the addresses that a page asks for outside `origin`; pages must work without a network. */
export function foreignRequests(page: Page, origin: string): string[] {
  const found: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob|about):/.test(url)) found.push(url);
  });
  return found;
}

/** Where a picture of a page is kept for people to look at. */
export function screenshotPath(name: string): string {
  const folder = join(projectFolder, '.cache', 'screenshots');
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.png`);
}

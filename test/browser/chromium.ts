import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

/** The project's folder, seen from the compiled tests. */
export const projectFolder = resolve(__dirname, '..', '..', '..');

/** The Chromium that the test runner chose, or the first that this machine has; undefined without one. */
export const chromiumPath =
  process.env.PF_CHROMIUM ?? ['chromium', 'chromium-browser', 'google-chrome'].map(whichProgram).find(Boolean);

function whichProgram(name: string): string | undefined {
  const found = spawnSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' });
  return found.stdout.trim() || undefined;
}

/** Starts Chromium without a window; it talks to nobody but the pages under test. */
export function openChromium(): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic'];
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', ...quiet];
  return chromium.launch({ executablePath: chromiumPath, headless: true, args });
}

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

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';

/** No browser to draw with, in one sentence that says what to do. */
export class BrowserError extends Error {}

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** The Chromium that `PF_CHROMIUM` names, or the first that this machine has; `undefined` without one. */
export function findBrowser(): string | undefined {
  if (process.env.PF_CHROMIUM) return process.env.PF_CHROMIUM;
  return PROGRAMS.map(pathOf).find((path) => path !== undefined) ?? (existsSync(MAC) ? MAC : undefined);
}

function pathOf(program: string): string | undefined {
  const found = spawnSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', program], { encoding: 'utf8' });
  return found.stdout?.trim() || undefined;
}

/**
 * Starts Chromium without a window; by itself it talks to nobody.
 *
 * @throws BrowserError where there is none, or where it does not start
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined || !existsSync(executablePath)) {
    const sought = executablePath ?? PROGRAMS.join(', ');
    throw new BrowserError(
      `Pictures are drawn by a browser, and none was found (${sought}). Install Chromium (Debian: apt-get install chromium), or name one with PF_CHROMIUM=/path/to/chromium; figures as HTML need none.`,
    );
  }
  // Loaded here: everything else works without it.
  const { chromium } = await import('playwright-core');
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic'];
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', ...quiet];
  try {
    return await chromium.launch({ executablePath, headless: true, args });
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new BrowserError(`The browser ${executablePath} did not start: ${reason}. Name another with PF_CHROMIUM.`);
  }
}

import { spawnSync } from 'node:child_process';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** The first Chromium that starts: PF_CHROMIUM, else one of the usual names; undefined without one. */
export function findChromium(env = process.env) {
  const candidates = env.PF_CHROMIUM ? [env.PF_CHROMIUM] : [...NAMES, MAC];
  for (const name of candidates) {
    const found = spawnSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' });
    const file = found.stdout?.trim();
    if (file && spawnSync(file, ['--version'], { timeout: 20_000 }).status === 0) return file;
  }
  return undefined;
}

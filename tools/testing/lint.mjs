import { inside } from '../setup/paths.mjs';
import { duration } from '../setup/progress.mjs';
import { capture } from './process.mjs';

/** Format and lint of all tracked sources; counts as one test. */
export async function runLint({ say = console.log, write = false, timeoutMs = 120_000 } = {}) {
  const biome = inside('node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const args = [biome, 'check', '--colors=off', '--error-on-warnings', ...(write ? ['--write'] : [])];
  const result = await capture(process.execPath, args, { env: process.env, cwd: inside(), timeoutMs });
  if (result.code === 0) say(`ok    lint  (${duration(result.ms)})`);
  else say(`FAIL  lint\n${result.output.trimEnd()}\n`);
  return [{ passed: result.code === 0 ? 1 : 0, failed: result.code === 0 ? 0 : 1, skipped: 0 }];
}

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { paths } from '../setup/paths.mjs';
import { runTestFiles, testFiles } from './files.mjs';

/** Test files that are not unit tests and are run by a command of their own. */
const OTHERS = [path.join('test', 'browser') + path.sep];

/** Unit tests: every test file outside the browser folder, each in its own process. */
export async function runUnitTests({
  filters,
  timeoutMs = 300_000,
  jobs = Math.min(2, os.availableParallelism()),
  say = console.log,
}) {
  const sources = testFiles('test', filters).filter((file) => !OTHERS.some((folder) => file.startsWith(folder)));
  if (sources.length === 0) {
    say(
      filters.length > 0 ? `FAIL  no test file is named like ${filters.join(' or ')}` : 'FAIL  no test file was found',
    );
    return [{ passed: 0, failed: 1, skipped: 0 }];
  }
  // Temporary files of tests stay inside the project too.
  const temporary = path.join(paths.cache, 'test-tmp', String(process.pid));
  fs.mkdirSync(temporary, { recursive: true });
  try {
    const env = { ...process.env, TMPDIR: temporary, NO_COLOR: '1' };
    return await runTestFiles(sources, { jobs, env, timeoutMs, nodeArgs: ['--require', paths.preload], say });
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

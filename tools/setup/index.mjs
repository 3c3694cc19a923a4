import fs from 'node:fs';
import { chooseDevice, probeGpu } from './device.mjs';
import { setupEnvironment } from './environment.mjs';
import { hasCuda } from './libtensorflow.mjs';
import { acquireLock } from './lock.mjs';
import { paths } from './paths.mjs';
import { missingPrerequisites } from './prerequisites.mjs';
import { Problem } from './problem.mjs';
import { duration } from './progress.mjs';
import { isFresh, runSteps } from './runner.mjs';
import { addon } from './steps/addon.mjs';
import { engine } from './steps/engine.mjs';
import { kernel } from './steps/kernel.mjs';
import { library } from './steps/library.mjs';
import { libtensorflow } from './steps/libtensorflow.mjs';
import { name } from './steps/name.mjs';
import { packages } from './steps/packages.mjs';
import { python } from './steps/python.mjs';

/** The steps in their order; each may build on the ones before it. */
export function stepsFor(choice) {
  return [packages, python, libtensorflow(choice), addon(choice), engine(choice), name, library, kernel];
}

/** Prerequisites are looked at only when a step that uses them has work to do. */
function checkPrerequisites(steps, choice) {
  const stale = steps.filter((step) => !isFresh(step));
  const fetches = stale.some((step) => step.name === 'packages' || step.name.startsWith('libtensorflow'));
  if (!fetches && !stale.some((step) => ['python', 'addon'].includes(step.name))) return;
  const missing = missingPrerequisites({
    wheel: choice.wheel,
    checkDisk: stale.some((step) => step.name.startsWith('libtensorflow')),
  });
  if (missing.length > 0) throw new Problem(missing.join('\n'));
}

/**
 * Brings the whole set-up up to date. When nothing has changed this only compares hashes.
 * @param {{say?: (line: string) => void, signal?: AbortSignal}} [options]
 */
export async function setUp({ say = (line) => process.stderr.write(`${line}\n`), signal } = {}) {
  const began = Date.now();
  const choice = chooseDevice(process.env.PF_DEVICE, probeGpu(), hasCuda());
  const steps = stepsFor(choice);
  if (steps.every(isFresh)) return { ran: 0 };
  const release = await acquireLock(say);
  try {
    checkPrerequisites(steps, choice);
    fs.rmSync(paths.tmp, { recursive: true, force: true });
    fs.mkdirSync(paths.tmp, { recursive: true });
    const ran = await runSteps(steps, { env: setupEnvironment(), signal });
    if (ran > 0) say(`Set-up is ready (${duration(Date.now() - began)}).`);
    return { ran };
  } finally {
    release();
  }
}

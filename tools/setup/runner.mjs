import fs from 'node:fs';
import path from 'node:path';
import { readJson, writeAtomic } from './files.mjs';
import { paths } from './paths.mjs';
import { showStep } from './progress.mjs';

const stampOf = (step) => path.join(paths.state, `${step.name}.json`);

/** The key that a step last ended well with: part of the keys of the steps that build on it. */
export const keyOf = (name) => readJson(stampOf({ name }))?.key ?? 'none';

/**
 * A step is up to date when it ended well with the same key and its products still exist.
 * @param {{name: string, key: () => string, products: () => string[]}} step
 */
export function isFresh(step) {
  return readJson(stampOf(step))?.key === step.key() && step.products().every((file) => fs.existsSync(file));
}

/** Runs one step. Its stamp is removed first and written last, so that a step cut short at any point runs again. */
export async function runStep(step, position, context) {
  const shown = showStep(`[${position}] ${step.title}`);
  const interrupted = !fs.existsSync(stampOf(step));
  fs.rmSync(stampOf(step), { force: true });
  // Taken before the work: what changes meanwhile counts as a change.
  const key = step.key();
  const own = { ...context, step: step.name, progress: shown.progress, interrupted };
  try {
    const note = await step.run(own);
    writeAtomic(stampOf(step), JSON.stringify({ key, finished: new Date().toISOString() }));
    shown.done(note);
  } catch (error) {
    shown.failed();
    throw error;
  }
}

/** Brings the steps up to date in their order. Each is asked after the ones before it, whose products it may depend on. */
export async function runSteps(steps, context) {
  let ran = 0;
  for (const [index, step] of steps.entries()) {
    if (isFresh(step)) continue;
    await runStep(step, `${index + 1}/${steps.length}`, context);
    ran += 1;
  }
  return ran;
}

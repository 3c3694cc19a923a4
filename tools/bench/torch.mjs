// The Python environment with PyTorch that the benchmark compares with, made when it is first needed.
import fs from 'node:fs';
import path from 'node:path';
import { run } from '../setup/command.mjs';
import { setupEnvironment } from '../setup/environment.mjs';
import { hashFiles } from '../setup/files.mjs';
import { acquireLock } from '../setup/lock.mjs';
import { inside, paths, root } from '../setup/paths.mjs';
import { findPython } from '../setup/prerequisites.mjs';
import { Problem } from '../setup/problem.mjs';
import { isFresh, runStep } from '../setup/runner.mjs';

const REQUIREMENTS = 'test/bench/requirements.txt';
const GIB = 2 ** 30;
/** The environment, and while it is made pip's downloads beside it. */
const NEEDED = 11 * GIB;

const folder = inside('.cache', 'bench', 'python');
const program = path.join(folder, 'bin', 'python');

/** Why the disk is too small; undefined when it is not. */
export function torchDiskProblem(free) {
  if (free >= NEEDED) return undefined;
  const size = (bytes) => `${(bytes / GIB).toFixed(1)} GiB`;
  return `PyTorch needs about ${size(NEEDED)} of disk space in the project folder while it is installed and ${size(free)} is free.`;
}

/** The environment as a step like those of the set-up: its stamp is written last, so an interrupted one is made anew. */
export const torchStep = {
  name: 'bench-python',
  title: 'PyTorch for the benchmark (about 3 GB to fetch, 7 GB on disk)',
  key: () => hashFiles([REQUIREMENTS], root, process.env.PF_PYTHON ?? ''),
  products: () => [program],
  async run(context) {
    const python = findPython();
    const { bavail, bsize } = fs.statfsSync(root);
    const problem = torchDiskProblem(bavail * bsize);
    if (problem) throw new Problem(problem);
    fs.rmSync(folder, { recursive: true, force: true });
    await run(context, python, ['-m', 'venv', folder], { problem: 'Python could not make an environment.' });
    const args = [
      '-m',
      'pip',
      'install',
      '--no-deps',
      '--no-compile',
      '--only-binary=:all:',
      '--requirement',
      inside(REQUIREMENTS),
    ];
    await run(context, program, args, { problem: 'pip could not install PyTorch.' });
    await run(context, program, ['-c', 'import torch, numpy'], {
      problem: 'PyTorch was installed but does not start.',
    });
    // The wheels are unpacked: keeping the archives too would cost their size again.
    fs.rmSync(paths.pipCache, { recursive: true, force: true });
  },
};

/**
 * A Python with torch and NumPy in the project's cache.
 * @throws Problem where it cannot be made
 */
export async function torchPython({ say = (line) => process.stderr.write(`${line}\n`), signal } = {}) {
  if (isFresh(torchStep)) return program;
  say(
    'PyTorch is fetched for the comparison: pip gives the CUDA build, about 3 GB to fetch and 7 GB on disk, in .cache/bench/. ' +
      'PF_BENCH_PYTHON=/path/to/python uses a Python that has it; --no-peer needs none.',
  );
  const release = await acquireLock(say);
  try {
    // Somebody else may have made it while we waited.
    if (isFresh(torchStep)) return program;
    fs.mkdirSync(paths.tmp, { recursive: true });
    await runStep(torchStep, '1/1', { env: setupEnvironment(), signal });
    return program;
  } finally {
    release();
  }
}

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../lib/data/paths';
import { BenchError } from './options';

/** A Python with torch and NumPy: the one that `PF_BENCH_PYTHON` names, or the benchmark's own, made where needed. */
export async function findPython(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (env.PF_BENCH_PYTHON) return env.PF_BENCH_PYTHON;
  const file = join(projectRoot(), 'tools', 'bench', 'torch.mjs');
  const { torchPython } = (await import(pathToFileURL(file).href)) as { torchPython: () => Promise<string> };
  try {
    return await torchPython();
  } catch (error) {
    if ((error as Error).name !== 'Problem') throw error;
    throw new BenchError(
      `PyTorch could not be set up: ${(error as Error).message} PF_BENCH_PYTHON=/path/to/python uses a Python that has ` +
        'it, and --no-peer measures our side alone.',
    );
  }
}

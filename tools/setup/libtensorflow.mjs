import fs from 'node:fs';
import path from 'node:path';
import { inside, paths } from './paths.mjs';

/** The folder of one build of libtensorflow ("cpu" or "cuda"), as pip unpacks the wheel. */
export const wheelFolder = (wheel) => path.join(paths.libtensorflow, wheel);

/** The libraries that the addon is linked with. */
export function libraryNames(platform = process.platform) {
  return ['libtensorflow_cc', 'libtensorflow_framework'].map((name) =>
    platform === 'darwin' ? `${name}.2.dylib` : `${name}.so.2`,
  );
}

/** Is the CUDA build here already? */
export const hasCuda = () => fs.existsSync(path.join(wheelFolder('cuda'), 'tensorflow', libraryNames()[0]));

/** The pinned requirements of one build. Only Linux on x64 has a wheel of its own for the CPU. */
export function requirementsFile(wheel, { platform = process.platform, arch = process.arch } = {}) {
  if (wheel === 'cuda') return inside('tools', 'setup', 'requirements-cuda.txt');
  const name = platform === 'linux' && arch === 'x64' ? 'requirements-cpu.txt' : 'requirements-cpu-other.txt';
  return inside('tools', 'setup', name);
}

/** The CUDA libraries beside the wheel, by package folder (cublas, cudnn, …). */
export function cudaLibraries(wheel) {
  try {
    return fs
      .readdirSync(path.join(wheelFolder(wheel), 'nvidia'))
      .filter((name) => !name.startsWith('_'))
      .sort();
  } catch {
    return [];
  }
}

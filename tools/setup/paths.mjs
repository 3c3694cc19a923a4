import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, wherever it was cloned to. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A path inside the project. */
export const inside = (...parts) => path.join(root, ...parts);

/** Everything that set-up writes, in one place. All of it is ignored by git and can be deleted. */
export const paths = {
  cache: inside('.cache'),
  state: inside('.cache', 'setup'),
  logs: inside('.cache', 'setup', 'logs'),
  lock: inside('.cache', 'setup', 'lock.json'),
  child: inside('.cache', 'setup', 'child.json'),
  device: inside('.cache', 'setup', 'device.json'),
  tmp: inside('.cache', 'tmp'),
  npmCache: inside('.cache', 'npm'),
  pipCache: inside('.cache', 'pip'),
  jupyter: inside('.cache', 'jupyter'),
  libtensorflow: inside('.cache', 'libtensorflow'),
  venv: inside('.venv'),
  python: inside('.venv', 'bin', 'python'),
  share: inside('.venv', 'share', 'jupyter'),
  kernelSpec: inside('.venv', 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json'),
  labSettings: inside('.venv', 'share', 'jupyter', 'lab', 'settings', 'overrides.json'),
  modules: inside('node_modules'),
  tfjs: inside('node_modules', '@tensorflow', 'tfjs-node-gpu'),
  addon: inside('node_modules', '@tensorflow', 'tfjs-node-gpu', 'lib', 'napi-v8', 'tfjs_binding.node'),
  build: inside('build'),
  preload: inside('tools', 'preload.cjs'),
};

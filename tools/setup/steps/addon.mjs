import fs from 'node:fs';
import path from 'node:path';
import { run } from '../command.mjs';
import { hashFiles } from '../files.mjs';
import { libraryNames, wheelFolder } from '../libtensorflow.mjs';
import { inside, paths, root } from '../paths.mjs';
import { findCompiler } from '../prerequisites.mjs';
import { keyOf } from '../runner.mjs';

/** The compiler's arguments: the addon finds its libraries relative to itself, so the project folder can be moved. */
export function compilerArguments({ tensorflow, output, platform = process.platform }) {
  const binding = path.join(paths.tfjs, 'binding');
  const relative = path.relative(path.dirname(paths.addon), tensorflow);
  const shared = platform === 'darwin' ? ['-dynamiclib', '-undefined', 'dynamic_lookup'] : ['-shared'];
  const origin = platform === 'darwin' ? '@loader_path' : '$ORIGIN';
  return [
    '-std=c++17',
    '-O2',
    '-fPIC',
    ...shared,
    '-DNAPI_VERSION=8',
    `-I${inside('node_modules', 'node-api-headers', 'include')}`,
    `-I${path.join(tensorflow, 'include')}`,
    `-I${binding}`,
    path.join(binding, 'tfjs_backend.cc'),
    path.join(binding, 'tfjs_binding.cc'),
    '-o',
    output,
    ...libraryNames(platform).map((name) => path.join(tensorflow, name)),
    `-Wl,-rpath,${origin}/${relative}`,
  ];
}

/** TensorFlow.js's own addon, compiled against the current libtensorflow. */
export function addon(choice) {
  const tensorflow = path.join(wheelFolder(choice.wheel), 'tensorflow');
  return {
    name: 'addon',
    title: 'TensorFlow.js addon (C++)',
    key: () => {
      const files = [
        'node_modules/@tensorflow/tfjs-node-gpu/package.json',
        'node_modules/node-api-headers/package.json',
      ];
      const args = compilerArguments({ tensorflow, output: '' }).map((arg) => arg.replace(root, ''));
      return hashFiles(files, args, keyOf(`libtensorflow-${choice.wheel}`), process.env.CXX ?? '');
    },
    products: () => [paths.addon],
    async run(context) {
      const output = `${paths.addon}.partial`;
      fs.mkdirSync(path.dirname(output), { recursive: true });
      await run(context, findCompiler(), compilerArguments({ tensorflow, output }), {
        problem: 'The addon did not compile.',
      });
      fs.renameSync(output, paths.addon);
    },
  };
}

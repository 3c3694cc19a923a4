import fs from 'node:fs';
import path from 'node:path';
import { run } from '../command.mjs';
import { hashFiles } from '../files.mjs';
import { libraryNames, wheelFolder } from '../libtensorflow.mjs';
import { inside, paths, root } from '../paths.mjs';
import { findCompiler } from '../prerequisites.mjs';
import { keyOf } from '../runner.mjs';

/** The project's own part: it keeps libtensorflow's notes out of every run. */
const OWN = ['quiet.h', 'quiet.cc', 'log_level.cc'].map((file) => `tools/setup/addon/${file}`);
/** The library's own operations. */
const KERNELS = [
  'adam',
  'graph',
  'logits',
  'loops',
  'lookup',
  'low_rank',
  'mixture',
  'norm_relu_dropout',
  'offers',
  'random_bytes',
  'squared_distance',
  'sums',
  'threads',
  'top_places',
].map((name) => `lib/backend/native/${name}.cc`);
const KERNEL_HEADERS = ['kernel', 'loops', 'random_bytes', 'threads'].map((name) => `lib/backend/native/${name}.h`);
const quietLibrary = () => path.join(path.dirname(paths.addon), 'libquiet.so');

/** Arguments that both libraries need. The addon finds the others relative to itself, so the project can be moved. */
function common(tensorflow, platform) {
  const relative = path.relative(path.dirname(paths.addon), tensorflow);
  const mac = platform === 'darwin';
  const shared = mac ? ['-dynamiclib', '-undefined', 'dynamic_lookup'] : ['-shared'];
  const origin = mac ? '@loader_path' : '$ORIGIN';
  const search = [`-Wl,-rpath,${origin}/${relative}`, `-Wl,-rpath,${origin}`];
  return ['-std=c++17', '-O3', '-fno-math-errno', '-fopenmp-simd', '-fPIC', ...shared, ...search];
}

/** How the library is compiled that is loaded before libtensorflow. */
export function quietArguments({ tensorflow, output, platform = process.platform }) {
  const name = platform === 'darwin' ? ['-install_name', '@rpath/libquiet.so'] : ['-Wl,-soname,libquiet.so'];
  return [...common(tensorflow, platform), ...name, inside(OWN[1]), '-o', output];
}

/** How the addon is compiled: the sources inside the npm package, against Node's stable interface and libtensorflow. */
export function addonArguments({ tensorflow, output, quiet, platform = process.platform }) {
  const binding = path.join(paths.tfjs, 'binding');
  const libraries = libraryNames(platform).map((name) => path.join(tensorflow, name));
  // Linux initialises the library that is named last before the others, macOS the one named first.
  const ordered = platform === 'darwin' ? [quiet, ...libraries] : [...libraries, quiet];
  return [
    ...common(tensorflow, platform),
    '-DNAPI_VERSION=8',
    `-I${inside('node_modules', 'node-api-headers', 'include')}`,
    `-I${binding}`,
    `-I${path.join(tensorflow, 'include')}`,
    path.join(binding, 'tfjs_backend.cc'),
    path.join(binding, 'tfjs_binding.cc'),
    inside(OWN[2]),
    ...KERNELS.map((file) => inside(file)),
    '-o',
    output,
    ...ordered,
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
        ...OWN,
        ...KERNELS,
        ...KERNEL_HEADERS,
      ];
      const options = { tensorflow, output: '', quiet: '' };
      const args = [...quietArguments(options), ...addonArguments(options)].map((arg) => arg.replace(root, ''));
      return hashFiles(files, args, keyOf(`libtensorflow-${choice.wheel}`), process.env.CXX ?? '');
    },
    products: () => [paths.addon, quietLibrary()],
    async run(context) {
      const compiler = findCompiler();
      const quiet = quietLibrary();
      const problem = 'The addon did not compile.';
      fs.mkdirSync(path.dirname(paths.addon), { recursive: true });
      // Compiled under another name and then renamed: a half-written library must never be loaded.
      const build = async (final, argumentsFor) => {
        const output = `${final}.partial`;
        await run(context, compiler, argumentsFor({ tensorflow, output, quiet }), { problem });
        fs.renameSync(output, final);
      };
      await build(quiet, quietArguments);
      await build(paths.addon, addonArguments);
    },
  };
}

import { run } from '../command.mjs';
import { hashFiles, writeAtomic } from '../files.mjs';
import { inside, paths, root } from '../paths.mjs';
import { keyOf } from '../runner.mjs';

/** The notebook kernel as Jupyter starts it: full paths, so that no PATH and no global tslab is needed. */
export function kernelSpec(node = process.execPath) {
  const tslab = inside('node_modules', 'tslab', 'bin', 'tslab');
  return {
    argv: [node, '--require', paths.preload, tslab, 'kernel', '--config-path', '{connection_file}'],
    display_name: 'TypeScript',
    language: 'typescript',
    interrupt_mode: 'signal',
  };
}

/** Without these JupyterLab asks at its first start whether it may fetch news, in front of the notebook. */
const labSettings = {
  '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
};

/** Checks that the kernel can talk to Jupyter under this Node, and writes its specification. */
export const kernel = {
  name: 'kernel',
  title: 'Notebook kernel (tslab)',
  key: () =>
    hashFiles(
      ['tools/setup/steps/kernel.mjs'],
      root,
      process.execPath,
      process.version,
      keyOf('packages'),
      keyOf('python'),
    ),
  products: () => [paths.kernelSpec, paths.labSettings],
  async run(context) {
    await run(context, process.execPath, [inside('tools', 'setup', 'checks', 'zeromq.cjs')], {
      problem: `The npm package zeromq has no prebuilt binary that Node ${process.versions.node} can load on ${process.platform} ${process.arch}.`,
    });
    writeAtomic(paths.kernelSpec, `${JSON.stringify(kernelSpec(), null, 2)}\n`);
    writeAtomic(paths.labSettings, `${JSON.stringify(labSettings, null, 2)}\n`);
  },
};

import fs from 'node:fs';
import path from 'node:path';
import { run } from '../command.mjs';
import { hashFiles } from '../files.mjs';
import { libraryNames, requirementsFile, wheelFolder } from '../libtensorflow.mjs';
import { paths, root } from '../paths.mjs';

/** The wheel is only unpacked, never imported, so its Python version need not be the one that runs JupyterLab. */
const WHEEL_PYTHON = '3.12';

/** The build of libtensorflow that the chosen device needs: its libraries, its headers, and CUDA where it is used. */
export function libtensorflow(choice) {
  const folder = wheelFolder(choice.wheel);
  const requirements = requirementsFile(choice.wheel);
  return {
    name: `libtensorflow-${choice.wheel}`,
    title: choice.wheel === 'cuda' ? 'libtensorflow with CUDA (about 3 GB to fetch)' : 'libtensorflow',
    key: () => hashFiles([path.relative(root, requirements)], process.platform, process.arch, WHEEL_PYTHON),
    products: () => [...libraryNames(), 'include'].map((name) => path.join(folder, 'tensorflow', name)),
    async run(context) {
      const partial = `${folder}.partial`;
      fs.rmSync(partial, { recursive: true, force: true });
      const args = ['-m', 'pip', 'install', '--no-deps', '--no-compile', '--only-binary=:all:'];
      args.push('--python-version', WHEEL_PYTHON, '--target', partial, '--requirement', requirements);
      await run(context, paths.python, args, { problem: 'pip could not fetch libtensorflow.' });
      fs.rmSync(folder, { recursive: true, force: true });
      fs.renameSync(partial, folder);
      // The wheels are unpacked: keeping the archives too would double what set-up takes on disk.
      fs.rmSync(paths.pipCache, { recursive: true, force: true });
    },
  };
}

import fs from 'node:fs';
import { run } from '../command.mjs';
import { hashFiles } from '../files.mjs';
import { inside, paths, root } from '../paths.mjs';
import { findPython } from '../prerequisites.mjs';

/** The Python environment: JupyterLab, nbclient and plotly with everything below them at pinned versions. */
export const python = {
  name: 'python',
  title: 'Python environment (JupyterLab)',
  // An environment holds its own path, so one that was moved is made again.
  key: () => hashFiles(['tools/setup/requirements.txt'], root, process.env.PF_PYTHON ?? ''),
  products: () => [paths.python, inside('.venv', 'bin', 'jupyter-lab')],
  async run(context) {
    const program = findPython();
    fs.rmSync(paths.venv, { recursive: true, force: true });
    await run(context, program, ['-m', 'venv', paths.venv], { problem: 'Python could not make an environment.' });
    const args = [
      '-m',
      'pip',
      'install',
      '--no-deps',
      '--only-binary=:all:',
      '--requirement',
      inside('tools', 'setup', 'requirements.txt'),
    ];
    await run(context, paths.python, args, { problem: 'pip could not install JupyterLab.' });
  },
};

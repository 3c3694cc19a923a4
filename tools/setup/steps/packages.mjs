import { run } from '../command.mjs';
import { hashFiles, readJson } from '../files.mjs';
import { npmCommand } from '../npm.mjs';
import { inside } from '../paths.mjs';

/** Without a network npm would keep trying for more than two minutes before it says so. */
const RETRIES = ['--fetch-retries=3', '--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=8000'];

/** npm packages as the lock file says. Their install scripts stay off: the later steps build what has to be built. */
export const packages = {
  name: 'packages',
  title: 'npm packages',
  key() {
    const { dependencies, devDependencies, overrides } = readJson(inside('package.json'));
    const files = [
      'package-lock.json',
      'tools/tfjs-node/package.json',
      'tools/tfjs-node/index.js',
      'tools/tfjs-node/index.d.ts',
    ];
    return hashFiles(files, { dependencies, devDependencies, overrides }, process.platform, process.arch);
  },
  products: () => [inside('node_modules', '.package-lock.json'), inside('node_modules', '.bin', 'tsc')],
  async run(context) {
    const [program, ...before] = npmCommand();
    await run(
      context,
      program,
      [...before, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=http', ...RETRIES],
      {
        problem: 'npm could not install the packages.',
      },
    );
  },
};

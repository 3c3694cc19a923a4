import { endWithParent } from '../experiments/end-with-parent';
import { isSupervised, supervise } from './supervise';

// libtensorflow chooses its device when it is loaded, so this option is read before anything that loads it.
const flag = process.argv.find((argument) => argument === '--device' || argument.startsWith('--device='));
if (flag) process.env.PF_DEVICE = flag.split('=')[1] ?? process.argv[process.argv.indexOf(flag) + 1];

/** Commands that train nothing themselves; all others may be `run`, which need not be named. */
const ALONE = ['data', 'study', 'tune', 'report', 'figure', 'help', '--help', '-h'];

if (isSupervised()) endWithParent();
if (isSupervised() || ALONE.includes(process.argv[2])) {
  const { explain, program } = require('./program') as typeof import('./program');
  program()
    .parseAsync()
    .catch((error: unknown) => {
      process.stderr.write(`${explain(error)}\n`);
      process.exitCode = 1;
    });
} else {
  supervise();
}

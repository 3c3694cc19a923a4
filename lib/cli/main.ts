// libtensorflow chooses its device when it is loaded, so this option is read before anything that loads it.
const flag = process.argv.find((argument) => argument === '--device' || argument.startsWith('--device='));
if (flag) process.env.PF_DEVICE = flag.split('=')[1] ?? process.argv[process.argv.indexOf(flag) + 1];

const { explain, program } = require('./program') as typeof import('./program');

program()
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  });

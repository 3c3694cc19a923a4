/** `npm run bench`: see README.md beside this file. */
import { join } from 'node:path';
import { BenchError, parseOptions, requireWorks } from './options';
import { programs } from './programs';
import { limitThreads } from './threads';

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, programs());
  if (!options) return;
  limitThreads(options.threads);
  const program = programs().find((name) => name === options.program);
  if (program) {
    process.argv.splice(2, args.length, ...options.rest);
    require(join(__dirname, 'programs', `${program}.js`));
    return;
  }
  // libtensorflow is loaded here, with the threads that were asked for.
  const { allWorks } = require('./works') as typeof import('./works');
  const { runBench } = require('./run') as typeof import('./run');
  const works = allWorks();
  requireWorks(
    options,
    works.map(({ name }) => name),
  );
  if (options.list) for (const { name, about } of works) console.log(`${name}: ${about}`);
  else await runBench(options, works);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof BenchError ? error.message : error);
  process.exitCode = 1;
});

import { duration } from '../setup/progress.mjs';
import { runBrowserTests } from './browser.mjs';
import { findChromium } from './chromium.mjs';
import { runLint } from './lint.mjs';
import { runNotebooks } from './notebooks.mjs';
import { endAll } from './process.mjs';
import { addUp, closingLine } from './summary.mjs';
import { runUnitTests } from './unit.mjs';

const GROUPS = {
  lint: { title: 'Lint', run: runLint },
  unit: { title: 'Unit tests', run: runUnitTests },
  notebooks: { title: 'Notebooks', run: runNotebooks },
  browser: { title: 'Browser tests', run: runBrowserTests },
};

/**
 * Which groups the arguments ask for, and which names within them. Where there is a browser, its tests run all notebooks;
 * without one, or when they are asked for, notebooks run without.
 */
export function parseArguments(args, browser = findChromium()) {
  const groups = args.filter((arg) => arg in GROUPS);
  const filters = args.filter((arg) => !(arg in GROUPS));
  const option = filters.find((arg) => arg.startsWith('-'));
  if (option)
    throw new Error(
      `Unknown option ${option}. Usage: npm test [-- ${Object.keys(GROUPS).join('|')}] [-- PART-OF-A-NAME …]`,
    );
  if (groups.length > 0) return { groups, filters };
  // A name without a group is looked for among the unit tests.
  if (filters.length > 0) return { groups: ['unit'], filters };
  return { groups: Object.keys(GROUPS).filter((group) => group !== 'notebooks' || !browser), filters };
}

/** Runs the groups and prints the closing line; returns the exit code. */
export async function runTests(args, setUpOrExplain) {
  const began = Date.now();
  let asked;
  try {
    asked = parseArguments(args);
  } catch (error) {
    console.error(error.message);
    return 2;
  }
  if (!(await setUpOrExplain())) {
    console.log(`\n${closingLine({ passed: 0, failed: 1, skipped: 0 })}`);
    return 1;
  }
  let interrupted = false;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(name, () => {
      interrupted = true;
      endAll();
    });
  }
  // The set-up has just compiled library and tests without an error.
  const results = [{ passed: 1, failed: 0, skipped: 0 }];
  console.log('ok    types');
  for (const group of asked.groups) {
    if (interrupted) break;
    console.log(`\n${GROUPS[group].title}`);
    results.push(...(await GROUPS[group].run({ filters: asked.filters })));
  }
  const sum = addUp(results);
  if (interrupted) sum.failed += 1;
  console.log(`\n${interrupted ? 'Interrupted' : 'Done'} in ${duration(Date.now() - began)}`);
  console.log(closingLine(sum));
  return sum.failed > 0 ? 1 : 0;
}

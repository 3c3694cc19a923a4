// npm test [-- GROUP] [-- FILTER …]: brings the set-up up to date (which compiles everything), then runs the tests.
//   npm test                       all groups: lint, unit, notebooks, browser
//   npm test -- unit data/         unit tests whose path contains data/
//   npm test -- notebooks 00       notebooks whose name contains 00
import './setup/node-version.mjs';

const { setUpOrExplain } = await import('./setup/main.mjs');
const { runTests } = await import('./testing/main.mjs');

process.exitCode = await runTests(process.argv.slice(2), setUpOrExplain);

// npm run notebooks [-- PART-OF-A-NAME …]: runs the notebooks and saves their cleaned outputs, for committing.
import './setup/node-version.mjs';

const { setUpOrExplain } = await import('./setup/main.mjs');
const { runNotebooks } = await import('./testing/notebooks.mjs');
const { endAll } = await import('./testing/process.mjs');

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, endAll);
if (await setUpOrExplain()) {
  const results = await runNotebooks({ filters: process.argv.slice(2), save: true, timeoutMs: 1_800_000 });
  process.exitCode = results.some((result) => result.failed > 0) ? 1 : 0;
} else {
  process.exitCode = 1;
}

// npm run bench [-- PART-OF-A-NAME …]: runs the benchmarks, one after the other.
import './setup/node-version.mjs';

const { setUpOrExplain } = await import('./setup/main.mjs');
const { filesBelow } = await import('./setup/files.mjs');
const { inside, paths } = await import('./setup/paths.mjs');
const { runForeground } = await import('./foreground.mjs');

const filters = process.argv.slice(2);
if (await setUpOrExplain()) {
  const all = filesBelow('build/test/bench', '.js');
  const files = all.filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
  if (files.length === 0)
    console.error(
      `No benchmark${filters.length > 0 ? ` is named like ${filters.join(' or ')}` : ' was found in test/bench/'}.`,
    );
  let failed = files.length === 0 ? 1 : 0;
  for (const file of files) {
    console.log(`\n${file}`);
    if ((await runForeground(process.execPath, ['--expose-gc', '--require', paths.preload, inside(file)])) !== 0)
      failed = 1;
  }
  process.exitCode = failed;
} else {
  process.exitCode = 1;
}

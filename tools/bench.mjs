// npm run bench [-- OPTIONS]: brings the set-up up to date, then measures speed. test/bench/README.md says what there is.
import './setup/node-version.mjs';

const { setUpOrExplain } = await import('./setup/main.mjs');
const { inside, paths } = await import('./setup/paths.mjs');
const { runForeground } = await import('./foreground.mjs');

if (await setUpOrExplain()) {
  const main = inside('build', 'test', 'bench', 'main.js');
  await runForeground(process.execPath, ['--expose-gc', '--require', paths.preload, main, ...process.argv.slice(2)]);
} else {
  process.exitCode = 1;
}

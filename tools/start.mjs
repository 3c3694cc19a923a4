// npm start -- ARGUMENTS: brings the set-up up to date, then runs the terminal program.
import './setup/node-version.mjs';

const { setUpOrExplain } = await import('./setup/main.mjs');
const { inside, paths } = await import('./setup/paths.mjs');
const { runForeground } = await import('./foreground.mjs');

if (await setUpOrExplain()) {
  const args = ['--require', paths.preload, inside('build', 'lib', 'cli', 'main.js'), ...process.argv.slice(2)];
  await runForeground(process.execPath, args);
} else {
  process.exitCode = 1;
}

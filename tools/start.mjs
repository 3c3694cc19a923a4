// npm start -- ARGUMENTS: brings the set-up up to date, then runs the terminal program.
import './setup/node-version.mjs';

const { setUpOrExplain } = await import('./setup/main.mjs');
const { inside, paths } = await import('./setup/paths.mjs');
const { askedDevice } = await import('./setup/device.mjs');
const { runForeground } = await import('./foreground.mjs');

// The device decides which build of libtensorflow is needed, so the set-up has to know the option too.
const options = process.argv.slice(2);
const device = askedDevice(options);
if (device) process.env.PF_DEVICE = device;

if (await setUpOrExplain()) {
  const args = ['--require', paths.preload, inside('build', 'lib', 'cli', 'main.js'), ...options];
  await runForeground(process.execPath, args);
} else {
  process.exitCode = 1;
}

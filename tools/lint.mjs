// npm run lint: format and lint of all sources. npm run format: the same, repairing what can be repaired.
import './setup/node-version.mjs';

const { setUpOrExplain } = await import('./setup/main.mjs');
const { inside, paths } = await import('./setup/paths.mjs');
const { existsSync } = await import('node:fs');
const { runLint } = await import('./testing/lint.mjs');

// Only the packages are needed, so a library that does not compile can still be formatted.
const biome = inside('node_modules', '@biomejs', 'biome', 'bin', 'biome');
if ((existsSync(biome) && existsSync(paths.modules)) || (await setUpOrExplain())) {
  const [result] = await runLint({ write: process.argv.includes('--write') });
  process.exitCode = result.failed;
} else {
  process.exitCode = 1;
}

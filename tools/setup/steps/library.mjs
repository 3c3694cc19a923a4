import fs from 'node:fs';
import path from 'node:path';
import { run } from '../command.mjs';
import { filesBelow, hashFiles } from '../files.mjs';
import { inside, paths, root } from '../paths.mjs';

const sources = () => [...filesBelow('lib', '.ts'), ...filesBelow('test', '.ts')];

/** Removes compiled files whose source is gone, so that no test runs that nobody sees. */
export function removeOrphans(build = paths.build, from = root) {
  const relative = path.relative(root, build);
  for (const file of [...filesBelow(path.join(relative, 'lib'), ''), ...filesBelow(path.join(relative, 'test'), '')]) {
    const source = path.relative(relative, file).replace(/(\.d\.ts|\.js\.map|\.js)$/, '.ts');
    if (!fs.existsSync(path.join(from, source))) fs.rmSync(path.join(root, file));
  }
}

/** The library and its tests, compiled from TypeScript. */
export const library = {
  name: 'library',
  title: 'Library (TypeScript)',
  key: () => hashFiles(['tsconfig.json', 'package-lock.json', ...sources()]),
  products: () => [inside('build', 'lib', 'index.js'), inside('build', 'lib', 'index.d.ts')],
  async run(context) {
    // What an interrupted build remembers may be ahead of what it wrote.
    if (context.interrupted) fs.rmSync(inside('build', 'tsconfig.tsbuildinfo'), { force: true });
    const args = [inside('node_modules', 'typescript', 'bin', 'tsc'), '--project', root, '--pretty', 'false'];
    await run(context, process.execPath, args, { problem: 'The library did not compile.' });
    removeOrphans();
  },
};

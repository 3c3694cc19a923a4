import { hashFiles, readJson, writeAtomic } from '../files.mjs';
import { inside } from '../paths.mjs';

/**
 * Makes `import … from 'pf-msmtrec'` work in a notebook: a package that passes on the built library. A link back to the
 * project would do as well, but every program that walks node_modules would then walk the project without end.
 */
export const name = {
  name: 'name',
  title: 'Package name for notebooks',
  key: () => hashFiles(['tools/setup/steps/name.mjs'], readJson(inside('package.json')).version),
  products: () => ['package.json', 'index.js', 'index.d.ts'].map((file) => inside('node_modules', 'pf-msmtrec', file)),
  async run() {
    const { version } = readJson(inside('package.json'));
    const manifest = { name: 'pf-msmtrec', version, main: 'index.js', types: 'index.d.ts', private: true };
    const write = (file, text) => writeAtomic(inside('node_modules', 'pf-msmtrec', file), `${text}\n`);
    write('index.js', "module.exports = require('../../build/lib/index.js');");
    write('index.d.ts', "export * from '../../build/lib/index.js';");
    write('package.json', JSON.stringify(manifest, null, 2));
  },
};

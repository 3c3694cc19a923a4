import fs from 'node:fs';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { load, root } from './tools';

const lock = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8'));

test('lock file: names the packages of every platform', async () => {
  const { completeLock } = await load('complete-lock.mjs');
  assert.equal(completeLock(structuredClone(lock)), [], 'run: node tools/complete-lock.mjs');
});

test("lock file: holds no registry's address", () => {
  for (const [name, entry] of Object.entries<{ resolved?: string }>(lock.packages)) {
    assert.not.match(entry.resolved ?? '', /^https?:/, name);
  }
});

test('lock file: a platform entry is read from a name', async () => {
  const { platformEntry } = await load('complete-lock.mjs');
  assert.equal(platformEntry('@x/y-darwin-arm64', '1.2.3'), {
    version: '1.2.3',
    cpu: ['arm64'],
    optional: true,
    os: ['darwin'],
  });
  assert.equal(platformEntry('@x/y-linux-x64-musl', '1.2.3').libc, ['musl']);
  assert.is(platformEntry('fsevents', '2.3.3'), undefined);
});

test('notebooks: hold no path of the machine they ran on', () => {
  const folder = path.join(root, 'notebooks');
  const files = fs.existsSync(folder) ? fs.readdirSync(folder).filter((file) => file.endsWith('.ipynb')) : [];
  for (const file of files) {
    const text = fs.readFileSync(path.join(folder, file), 'utf8');
    assert.not.match(text, /"[^"]*(\/home\/|\/root\/|\/Users\/|\/tmp\/)/, file);
  }
});

test('compiled files whose source is gone are removed', async () => {
  const { removeOrphans } = await load('setup/steps/library.mjs');
  const folder = path.join(root, '.cache', 'test-tmp', `orphans-${process.pid}`);
  const write = (...name: string[]) => {
    fs.mkdirSync(path.dirname(path.join(folder, ...name)), { recursive: true });
    fs.writeFileSync(path.join(folder, ...name), '');
  };
  write('lib', 'kept.ts');
  for (const ending of ['js', 'd.ts', 'js.map']) {
    write('build', 'lib', `kept.${ending}`);
    write('build', 'lib', `gone.${ending}`);
  }
  removeOrphans(path.join(folder, 'build'), folder);
  assert.equal(fs.readdirSync(path.join(folder, 'build', 'lib')).sort(), ['kept.d.ts', 'kept.js', 'kept.js.map']);
  fs.rmSync(folder, { recursive: true });
});

test.run();

/**
 * node tools/complete-lock.mjs, after every npm install: names in package-lock.json the optional packages of all other
 * platforms. npm leaves out those that its registry did not serve on that day, and then `npm ci` refuses the lock file
 * wherever the registry does serve them. An entry added here has a version but no hash.
 */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const PLATFORM = /-(linux|darwin|win32|android|freebsd)-(x64|arm64)(-musl)?$/;

/** The lock entry of one platform's package; undefined for a package that is not named after a platform. */
export function platformEntry(name, version) {
  const match = PLATFORM.exec(name);
  if (!match) return undefined;
  const [, os, cpu, musl] = match;
  const libc = os === 'linux' && musl ? { libc: ['musl'] } : {};
  return { version, cpu: [cpu], ...libc, optional: true, os: [os] };
}

/** Adds what is missing to a parsed lock file; returns the names that were added. */
export function completeLock(lock) {
  const added = [];
  for (const entry of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const place = `node_modules/${name}`;
      const made = lock.packages[place] ? undefined : platformEntry(name, version);
      if (!made) continue;
      lock.packages[place] = entry.dev ? { dev: true, ...made } : made;
      added.push(name);
    }
  }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  return added;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'));
  const added = completeLock(lock);
  fs.writeFileSync('package-lock.json.tmp', `${JSON.stringify(lock, null, 2)}\n`);
  fs.renameSync('package-lock.json.tmp', 'package-lock.json');
  console.log(added.length > 0 ? `added: ${added.join(', ')}` : 'package-lock.json was complete');
}

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { inside } from './paths.mjs';

/** Writes a file whole or not at all: a reader never sees half of it. */
export function writeAtomic(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, text);
  fs.renameSync(temporary, file);
}

/** A JSON file's value, or undefined when it is absent or cut short. */
export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** All files below a project folder whose name ends as given, sorted, as paths relative to the project. */
export function filesBelow(folder, ending) {
  const found = [];
  const walk = (relative) => {
    let entries;
    try {
      entries = fs.readdirSync(inside(relative), { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries) {
      const name = path.join(relative, entry.name);
      if (entry.isDirectory() && entry.name !== 'node_modules') walk(name);
      else if (entry.isFile() && entry.name.endsWith(ending)) found.push(name);
    }
  };
  walk(folder);
  return found.sort();
}

/** One hash over the names and contents of project files; an absent file counts as absent. */
export function hashFiles(files, ...extra) {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${file}\0`);
    try {
      hash.update(fs.readFileSync(inside(file)));
    } catch {
      hash.update('(absent)');
    }
  }
  for (const value of extra) hash.update(`\0${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return hash.digest('hex').slice(0, 24);
}

import { readdirSync } from 'node:fs';

/** Names of the benchmarks that run by themselves: the other files of this folder. */
export const programs = (): string[] =>
  readdirSync(__dirname)
    .filter((file) => file.endsWith('.js') && file !== 'index.js')
    .map((file) => file.slice(0, -'.js'.length))
    .sort();

// Fetches Census-Income (KDD) and unpacks its two tables into data/census-income/raw.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchFile, main, rawFolder, run } from '../prepare.mjs';

const url = 'https://archive.ics.uci.edu/static/public/117/census+income+kdd.zip';

await main(async () => {
  const raw = rawFolder(import.meta.dirname);
  const has = (name) => existsSync(join(raw, name));
  if (has('census-income.data') || has('census-income.data.gz'))
    return console.log(`Nothing to do: ${raw} has the tables.`);
  const archive = join(raw, 'census-income.zip');
  await fetchFile(url, archive);
  run('unzip', ['-o', '-q', archive], raw);
  if (has('census.tar.gz')) {
    run('tar', ['-xzf', 'census.tar.gz'], raw);
    rmSync(join(raw, 'census.tar.gz'));
  }
  if (!has('census-income.data') && !has('census-income.data.gz')) {
    throw new Error(`${archive} does not hold census-income.data; see README.md for the files that are needed`);
  }
  rmSync(archive);
  console.log(`Ready: ${raw}`);
});

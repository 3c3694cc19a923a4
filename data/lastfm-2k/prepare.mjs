// Fetches Last.fm of HetRec 2011 and unpacks its two tables into data/lastfm-2k/raw.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchFile, main, rawFolder, run } from '../prepare.mjs';

const url = 'https://files.grouplens.org/datasets/hetrec2011/hetrec2011-lastfm-2k.zip';

await main(async () => {
  const raw = rawFolder(import.meta.dirname);
  const wanted = ['user_artists.dat', 'user_friends.dat'];
  if (wanted.every((name) => existsSync(join(raw, name)))) return console.log(`Nothing to do: ${raw} has the tables.`);
  const archive = join(raw, 'hetrec2011-lastfm-2k.zip');
  await fetchFile(url, archive);
  run('unzip', ['-o', '-q', '-j', archive, ...wanted], raw);
  const lacking = wanted.find((name) => !existsSync(join(raw, name)));
  if (lacking !== undefined)
    throw new Error(`${archive} does not hold ${lacking}; see README.md for the files that are needed`);
  rmSync(archive);
  console.log(`Ready: ${raw}`);
});

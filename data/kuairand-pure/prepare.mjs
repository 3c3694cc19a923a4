// Fetches KuaiRand-Pure (47 MB) and unpacks the three tables that the schema reads into data/kuairand-pure/raw.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchFile, main, rawFolder, run } from '../prepare.mjs';

const url = 'https://zenodo.org/records/10439422/files/KuaiRand-Pure.tar.gz';
const md5 = '0820331067a3784d9691136f772b35a7';
const tables = ['log_standard_4_22_to_5_08_pure.csv', 'user_features_pure.csv', 'video_features_basic_pure.csv'];

await main(async () => {
  const raw = rawFolder(import.meta.dirname);
  if (tables.every((table) => existsSync(join(raw, table))))
    return console.log(`Nothing to do: ${raw} has the tables.`);
  const archive = join(raw, 'KuaiRand-Pure.tar.gz');
  await fetchFile(url, archive, md5);
  const members = tables.map((table) => `KuaiRand-Pure/data/${table}`);
  run('tar', ['-xzf', archive, '--strip-components=2', ...members], raw);
  rmSync(archive);
  console.log(`Ready: ${raw}`);
});

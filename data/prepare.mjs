import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Fetches a file unless it is there; a download that is cut off leaves nothing behind under the file's name.
 * @param {string} url Where it is.
 * @param {string} file Where it goes.
 * @param {string} [md5] Digest that the publisher states; a different one is an error.
 */
export async function fetchFile(url, file, md5) {
  if (existsSync(file)) return;
  console.log(`Fetching ${url}`);
  const answer = await fetch(url);
  if (!answer.ok || answer.body === null) throw new Error(`${url} answered ${answer.status} ${answer.statusText}`);
  const draft = `${file}.part`;
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(draft));
  if (md5 !== undefined) {
    const hash = createHash('md5');
    await pipeline(createReadStream(draft), hash);
    const found = hash.digest('hex');
    if (found !== md5) {
      rmSync(draft);
      throw new Error(
        `${url} has MD5 ${found} where ${md5} is expected; the file has changed or was damaged on the way`,
      );
    }
  }
  renameSync(draft, file);
}

/** Runs a program in a folder; fails with a word on what is missing where it is not installed. */
export function run(program, options, folder) {
  const { error, status } = spawnSync(program, options, { cwd: folder, stdio: 'inherit' });
  if (error) throw new Error(`${program} cannot be run (${error.message}); install it and try again`);
  if (status !== 0) throw new Error(`${program} ${options.join(' ')} failed`);
}

/** The folder `raw` beside a script, made when missing. */
export function rawFolder(scriptFolder) {
  const folder = join(scriptFolder, 'raw');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Ends a script with one line instead of a stack. */
export async function main(action) {
  try {
    await action();
  } catch (problem) {
    console.error(problem instanceof Error ? problem.message : problem);
    process.exitCode = 1;
  }
}

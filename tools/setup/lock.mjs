import fs from 'node:fs';
import path from 'node:path';
import { readJson } from './files.mjs';
import { paths } from './paths.mjs';
import { endOrphan, identity, isAlive } from './processes.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Tries to become the one set-up that works on this folder; the link either exists already or is made, in one action. */
function tryLock(lock) {
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  const mine = `${lock}.${process.pid}`;
  fs.writeFileSync(mine, JSON.stringify(identity(process.pid)));
  try {
    fs.linkSync(mine, lock);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

/** Removes a lock whose owner is gone. Moving it aside first makes sure that only one waiting set-up does so. */
function breakStaleLock(lock, owner) {
  const aside = `${lock}.stale.${process.pid}`;
  try {
    fs.renameSync(lock, aside);
  } catch {
    return;
  }
  const moved = readJson(aside);
  if (moved?.pid === owner?.pid && moved?.start === owner?.start) {
    fs.rmSync(aside, { force: true });
    return;
  }
  // Somebody else was quicker and this is a live lock: put it back.
  try {
    fs.linkSync(aside, lock);
  } catch {
    // A third one holds it now; the owner of the moved lock is the only loser and waits for nothing.
  }
  fs.rmSync(aside, { force: true });
}

/** Waits until no other set-up works on this folder; returns the function that lets the next one in. */
export async function acquireLock(say, lock = paths.lock, child = paths.child) {
  let told = false;
  while (!tryLock(lock)) {
    const owner = readJson(lock);
    if (!isAlive(owner)) {
      breakStaleLock(lock, owner);
      continue;
    }
    if (!told) say(`Another set-up of this folder is running (process ${owner.pid}): waiting for it to end.`);
    told = true;
    await pause(500);
  }
  endOrphan(child);
  return () => {
    if (readJson(lock)?.pid === process.pid) fs.rmSync(lock, { force: true });
  };
}

import fs = require('node:fs');

/** Functions of `node:fs` by which the library changes something on the disk. */
export type Change = 'openSync' | 'writeFileSync' | 'fsyncSync' | 'renameSync' | 'linkSync' | 'rmSync';

/** What happens at a certain change of the disk, and after it. */
export type Fault = 'kill' | 'full';

/**
 * Lets the `at`-th call (1, 2, …) of such a function go wrong; files that are only read do not count. `kill`: half of
 * what is to be written is written, and the process is killed before the rest, or before any other change. `full`: from
 * there on half of what is to be written is written, and then the disk is full.
 */
export function faultAt(change: Change, at: number, fault: Fault): void {
  const original = fs[change] as (...args: unknown[]) => unknown;
  const { writeFileSync } = fs;
  let count = 0;
  const changed = (...args: unknown[]) => {
    const isRead = change === 'openSync' && args[1] === 'r';
    if (isRead || ++count < at) return original(...args);
    if (change === 'writeFileSync') writeFileSync(args[0] as number | string, half(args[1] as string));
    if (fault === 'kill') process.kill(process.pid, 'SIGKILL');
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' });
  };
  Object.assign(fs, { [change]: changed });
}

function half(content: string | NodeJS.ArrayBufferView): Uint8Array {
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  return bytes.subarray(0, bytes.length / 2);
}

import fs = require('node:fs');

/** Functions of `node:fs` that change something on the disk, as the library calls them. */
const CHANGES = ['openSync', 'writeFileSync', 'fsyncSync', 'renameSync', 'linkSync', 'rmSync'] as const;

/** What happens at a certain change of the disk, and after it. */
export type Fault = 'kill' | 'full';

/**
 * Lets the `at`-th change of the disk go wrong (1, 2, …; each counts). `kill`: half of what is to be written is
 * written, and the process is killed. `full`: from there on half of what is to be written is written and then the disk
 * is full; other changes still work.
 */
export function faultAt(at: number, fault: Fault): void {
  const real = { ...fs };
  let count = 0;
  for (const name of CHANGES) {
    const original = fs[name] as (...args: unknown[]) => unknown;
    const changed = (...args: unknown[]) => {
      const isRead = name === 'openSync' && (args[1] ?? 'r') === 'r';
      if (isRead || ++count < at) return original(...args);
      if (name === 'writeFileSync') {
        const content = args[1] as string | NodeJS.ArrayBufferView;
        const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content.buffer);
        real.writeFileSync(args[0] as number, bytes.subarray(0, bytes.length / 2));
        if (fault === 'full') throw Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'write' });
      }
      if (fault === 'kill') process.kill(process.pid, 'SIGKILL');
      return original(...args);
    };
    Object.assign(fs, { [name]: changed });
  }
}

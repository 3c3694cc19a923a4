import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { load } from './tools';

/** A folder with one program, a shell script; used as PATH. */
function folderWith(name: string, script: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'prerequisites-'));
  fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return folder;
}

/** The line printed when Python or the compiler is looked for on a PATH. */
async function lineFor(what: 'findPython' | 'findCompiler', env: Record<string, string>): Promise<string> {
  const prerequisites = await load('setup/prerequisites.mjs');
  try {
    return `found ${prerequisites[what](env)}`;
  } catch (error) {
    return (error as Error).message;
  }
}

test('prerequisites: Python is missing, too old, or without venv', async () => {
  assert.match(await lineFor('findPython', { PATH: '/nonexistent' }), /^Python 3\.10 or later is missing: /);
  assert.match(
    await lineFor('findPython', { PATH: folderWith('python3', 'echo 3 9 1') }),
    /^Python 3\.9 is too old \(3\.10 or later is needed\): /,
  );
  assert.match(
    await lineFor('findPython', { PATH: folderWith('python3', 'echo 3 11 0') }),
    /^Python 3\.11 lacks the module venv \(or ensurepip\): /,
  );
  assert.is(await lineFor('findPython', { PATH: folderWith('python3', 'echo 3 11 1') }), 'found python3');
});

test('prerequisites: PF_PYTHON goes before the others', async () => {
  const folder = folderWith('my-python', 'echo 3 12 1');
  assert.is(await lineFor('findPython', { PATH: folder, PF_PYTHON: 'my-python' }), 'found my-python');
  assert.match(await lineFor('findPython', { PATH: folder, PF_PYTHON: 'absent' }), 'PF_PYTHON names absent');
});

test('prerequisites: the compiler is missing or too old', async () => {
  assert.match(await lineFor('findCompiler', { PATH: '/nonexistent' }), /^A C\+\+17 compiler is missing: /);
  assert.match(
    await lineFor('findCompiler', { PATH: folderWith('g++', 'exit 1') }),
    /^The compiler g\+\+ cannot compile C\+\+17: /,
  );
  assert.match(
    await lineFor('findCompiler', { PATH: '/nonexistent', CXX: 'my-cxx' }),
    /^CXX names my-cxx, which was not found: /,
  );
});

test('prerequisites: what to install differs per system', async () => {
  const { hintFor, systemFamily } = await load('setup/platform.mjs');
  assert.is(systemFamily('linux', 'ID=ubuntu\nID_LIKE=debian\n'), 'debian');
  assert.is(systemFamily('linux', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'), 'fedora');
  assert.is(systemFamily('darwin', ''), 'macos');
  assert.is(systemFamily('linux', ''), 'other');
  assert.is(hintFor('compiler', 'debian'), 'sudo apt-get install g++');
  assert.is(hintFor('compiler', 'fedora'), 'sudo dnf install gcc-c++');
  assert.is(hintFor('compiler', 'macos'), 'xcode-select --install');
});

test('prerequisites: unsupported systems and Node versions', async () => {
  const { nodeProblem, platformProblem } = await load('setup/platform.mjs');
  assert.is(platformProblem({ platform: 'linux', arch: 'x64', glibc: '2.36' }), undefined);
  assert.is(platformProblem({ platform: 'darwin', arch: 'arm64' }), undefined);
  assert.match(platformProblem({ platform: 'win32', arch: 'x64' }), 'install WSL');
  assert.match(platformProblem({ platform: 'darwin', arch: 'x64' }), 'Intel');
  assert.match(platformProblem({ platform: 'linux', arch: 'x64' }), 'no glibc');
  assert.match(platformProblem({ platform: 'linux', arch: 'x64', glibc: '2.17' }), 'too old');
  assert.match(platformProblem({ platform: 'linux', arch: 'riscv64', glibc: '2.39' }), 'riscv64');
  assert.match(nodeProblem('18.20.4'), 'Node 18.20.4 is too old: install Node 20, 22 or 24');
  for (const version of ['20.18.0', '22.20.0', '24.19.0']) assert.is(nodeProblem(version), undefined);
});

test('prerequisites: disk space', async () => {
  const { diskNeeded, diskProblem } = await load('setup/prerequisites.mjs');
  assert.match(
    diskProblem(2 ** 30, diskNeeded('cpu')),
    'needs about 4.0 GiB of disk space in the project folder and 1.0 GiB is free',
  );
  assert.is(diskProblem(50 * 2 ** 30, diskNeeded('cuda')), undefined);
  assert.match(diskProblem(5 * 2 ** 30, diskNeeded('cuda')), 'about 11.0 GiB');
});

test("prerequisites: causes are read from a command's output", async () => {
  const { diagnose } = await load('setup/problem.mjs');
  assert.match(diagnose('npm error code ENOTFOUND'), 'No connection to the package registry');
  assert.match(diagnose('NewConnectionError(...): Temporary failure in name resolution'), 'No connection');
  assert.match(diagnose('OSError: [Errno 28] No space left on device'), 'disk is full');
  assert.match(
    diagnose('ERROR: No matching distribution found for tensorflow-cpu==2.21.0'),
    'no build of tensorflow-cpu==2.21.0',
  );
  assert.match(diagnose('npm error code EACCES'), 'cannot be written');
  assert.is(diagnose('something else'), undefined);
});

test.run();

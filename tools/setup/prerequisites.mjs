import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { root } from './paths.mjs';
import { hintFor, platformProblem, thisSystem } from './platform.mjs';
import { Problem } from './problem.mjs';

const PYTHONS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const COMPILERS = ['g++', 'clang++', 'c++'];
const GIB = 2 ** 30;

/** What a Python says of itself: its version, and whether it can make environments. */
function askPython(program, env) {
  const question =
    'import sys, importlib.util as u; print(sys.version_info[0], sys.version_info[1], int(bool(u.find_spec("venv") and u.find_spec("ensurepip"))))';
  try {
    const answer = execFileSync(program, ['-c', question], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [major, minor, venv] = answer.trim().split(' ').map(Number);
    return { program, version: `${major}.${minor}`, newEnough: major === 3 && minor >= 10, venv: venv === 1 };
  } catch {
    return undefined;
  }
}

/** The first Python that is new enough and can make environments; PF_PYTHON goes before all others. */
export function findPython(env = process.env) {
  const asked = env.PF_PYTHON;
  const found = (asked ? [asked] : PYTHONS).map((program) => askPython(program, env)).filter(Boolean);
  const good = found.find((python) => python.newEnough && python.venv);
  if (good) return good.program;
  if (asked && found.length === 0) throw new Problem(`PF_PYTHON names ${asked}, which is not a Python that starts.`);
  const withoutVenv = found.find((python) => python.newEnough);
  if (withoutVenv) {
    throw new Problem(`Python ${withoutVenv.version} lacks the module venv (or ensurepip): ${hintFor('venv')}`);
  }
  const old = found[0]
    ? `Python ${found[0].version} is too old (3.10 or later is needed)`
    : 'Python 3.10 or later is missing';
  throw new Problem(`${old}: ${hintFor('python')}`);
}

/** The first C++ compiler that accepts C++17 with its standard library; CXX goes before all others. */
export function findCompiler(env = process.env) {
  const asked = env.CXX;
  let seen;
  for (const program of asked ? [asked] : COMPILERS) {
    const result = spawnSync(program, ['-std=c++17', '-fsyntax-only', '-x', 'c++', '-'], {
      input: '#include <filesystem>\n#include <string_view>\nint main() { return 0; }\n',
      encoding: 'utf8',
      env,
    });
    if (result.status === 0) return program;
    if (result.error?.code !== 'ENOENT') seen ??= program;
  }
  if (seen) throw new Problem(`The compiler ${seen} cannot compile C++17: ${hintFor('compiler')}`);
  throw new Problem(
    `${asked ? `CXX names ${asked}, which was not found` : 'A C++17 compiler is missing'}: ${hintFor('compiler')}`,
  );
}

/** What the first set-up takes on disk, downloads included. */
export const diskNeeded = (wheel) => (wheel === 'cuda' ? 11 * GIB : 4 * GIB);

/** Why the disk is too small; undefined when it is not. */
export function diskProblem(free, needed) {
  if (free >= needed) return undefined;
  const size = (bytes) => `${(bytes / GIB).toFixed(1)} GiB`;
  return `Set-up needs about ${size(needed)} of disk space in the project folder and ${size(free)} is free: make room, or clone to another disk.`;
}

/** Every missing prerequisite, one line each. */
export function missingPrerequisites({ wheel, checkDisk }) {
  const lines = [];
  const check = (look) => {
    try {
      const line = look();
      if (line) lines.push(line);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      lines.push(error.message);
    }
  };
  const unsupported = platformProblem(thisSystem());
  if (unsupported) return [unsupported];
  check(() => void findPython());
  check(() => void findCompiler());
  if (checkDisk) {
    check(() => {
      const { bavail, bsize } = fs.statfsSync(root);
      return diskProblem(bavail * bsize, diskNeeded(wheel));
    });
  }
  return lines;
}

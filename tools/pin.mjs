// node tools/pin.mjs: computes the pinned Python requirements again, after a change of tools/setup/requirements.in or of
// the TensorFlow version below. Uses uv, which can pin for all Python versions and systems at once; it is fetched into
// .cache and is not part of the set-up.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setupEnvironment } from './setup/environment.mjs';
import { writeAtomic } from './setup/files.mjs';
import { inside, paths } from './setup/paths.mjs';

const TENSORFLOW = '2.21.0';
const TORCH = '2.9.0'; // what the benchmark compares with
const OLDEST_PYTHON = '3.10';

const tools = path.join(paths.cache, 'uv');
const environment = setupEnvironment();
// uv does not read pip's variable for a certificate.
const env = { ...environment, SSL_CERT_FILE: environment.SSL_CERT_FILE ?? environment.PIP_CERT ?? '' };
if (!env.SSL_CERT_FILE) delete env.SSL_CERT_FILE;

/** Everything that a requirements file asks for, pinned, with a condition where it differs between systems. */
function resolve(file) {
  const args = [
    'pip',
    'compile',
    '--universal',
    '--python-version',
    OLDEST_PYTHON,
    '--no-header',
    '--no-annotate',
    '--quiet',
  ];
  return execFileSync(path.join(tools, 'bin', 'uv'), [...args, '--cache-dir', path.join(tools, 'cache'), file], {
    encoding: 'utf8',
    env,
  });
}

const fetchUv = ['-m', 'pip', 'install', '--quiet', '--upgrade', '--target', tools, 'uv'];
execFileSync(paths.python, fetchUv, { env, stdio: 'inherit' });

const jupyter = resolve(inside('tools', 'setup', 'requirements.in'));
writeAtomic(
  inside('tools', 'setup', 'requirements.txt'),
  `# JupyterLab, nbclient and plotly with everything below them. Made from requirements.in by tools/pin.mjs.\n${jupyter}`,
);

const asked = path.join(tools, 'cuda.in');
fs.writeFileSync(asked, `tensorflow[and-cuda]==${TENSORFLOW}\n`);
const cuda = resolve(asked)
  .split('\n')
  .filter((line) => /^(nvidia|tensorflow=)/.test(line))
  .map((line) => line.replace(/ ;.*/, ''));
writeAtomic(
  inside('tools', 'setup', 'requirements-cuda.txt'),
  `# libtensorflow with CUDA 12: what tensorflow[and-cuda] asks for, none of its Python dependencies. Made by tools/pin.mjs.\n${cuda.join('\n')}\n`,
);
writeAtomic(
  inside('tools', 'setup', 'requirements-cpu.txt'),
  `# libtensorflow for the CPU: its libraries and headers, none of its Python dependencies. Made by tools/pin.mjs.\ntensorflow-cpu==${TENSORFLOW}\n`,
);
writeAtomic(
  inside('tools', 'setup', 'requirements-cpu-other.txt'),
  `# Linux on arm64 and macOS have no separate CPU wheel. Made by tools/pin.mjs.\ntensorflow==${TENSORFLOW}\n`,
);

const bench = path.join(tools, 'bench.in');
fs.writeFileSync(bench, `torch==${TORCH}\nnumpy\n`);
writeAtomic(
  inside('test', 'bench', 'requirements.txt'),
  `# PyTorch for npm run bench, with everything below it. Made by tools/pin.mjs.\n${resolve(bench)}`,
);
console.log('The requirements are pinned: look at the difference, then run npm test.');

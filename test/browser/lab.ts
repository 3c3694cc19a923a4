import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectFolder } from './chromium';

/** A JupyterLab that serves a copy of the project's notebooks. */
export interface Lab {
  readonly origin: string;
  readonly notebooks: string;
  /** The address that opens a notebook. */
  address(notebook: string): string;
  /** Ends the kernel of a notebook, which stays alive when its window is closed. */
  endKernel(notebook: string): Promise<void>;
  /** Ends kernels and server and removes the copy; returns whether the server ended when it was asked to. */
  stop(): Promise<boolean>;
}

export interface LabOptions {
  /** Default: light. */
  readonly theme?: 'light' | 'dark';
  /** Variables for the server and its kernels beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts JupyterLab on a free port of this machine and waits until it answers. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  // The copy stays inside the project: notebooks find the package by name from there.
  const parent = join(projectFolder, '.cache', 'browser-test');
  mkdirSync(parent, { recursive: true });
  const home = mkdtempSync(join(parent, 'lab-'));
  const notebooks = join(home, 'notebooks');
  cpSync(join(projectFolder, 'notebooks'), notebooks, {
    recursive: true,
    filter: (path) => !path.includes('.ipynb_checkpoints'),
  });
  setUp(join(home, 'settings'), options);
  const port = await freePort();
  const token = randomBytes(16).toString('hex');
  const args = ['-m', 'jupyterlab', '--no-browser', '--ip=127.0.0.1', `--port=${port}`, '--ServerApp.port_retries=0'];
  args.push(`--IdentityProvider.token=${token}`, `--ServerApp.root_dir=${notebooks}`);
  args.push('--MultiKernelManager.default_kernel_name=tslab', '--KernelSpecManager.ensure_native_kernel=False');
  args.push('--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate');
  if (process.getuid?.() === 0) args.push('--allow-root');
  const env = {
    ...process.env,
    ...options.env,
    JUPYTERLAB_SETTINGS_DIR: join(home, 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: join(home, 'workspaces'),
  };
  const python = join(projectFolder, '.venv', 'bin', 'python');
  const server = spawn(python, args, { cwd: notebooks, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const killServer = () => server.kill('SIGKILL');
  process.once('exit', killServer);
  let log = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (log += chunk));

  const origin = `http://127.0.0.1:${port}`;
  const ask = (path: string, method = 'GET') =>
    fetch(`${origin}${path}`, {
      method,
      headers: { Authorization: `token ${token}` },
      signal: AbortSignal.timeout(5_000),
    });

  async function endKernel(notebook: string): Promise<void> {
    const sessions = (await (await ask('/api/sessions')).json()) as { id: string; path: string }[];
    for (const { id, path } of sessions) if (path === notebook) await ask(`/api/sessions/${id}`, 'DELETE');
  }

  async function stop(): Promise<boolean> {
    // A kernel is a process group of its own, so it has to be ended through the server.
    const kernels = await ask('/api/kernels').then(
      (answer) => answer.json() as Promise<{ id: string }[]>,
      () => [],
    );
    for (const { id } of kernels) await ask(`/api/kernels/${id}`, 'DELETE').catch(() => undefined);
    server.kill('SIGTERM');
    const isEnded = await endsWithin(server, 20_000);
    if (!isEnded) killServer();
    process.removeListener('exit', killServer);
    rmSync(home, { recursive: true, force: true, maxRetries: 3, retryDelay: 200 });
    return isEnded;
  }

  for (let waited = 0; waited < 90_000; waited += 250) {
    if (server.exitCode !== null) break;
    const answers = await ask('/api/status').then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) {
      const address = (notebook: string) => `${origin}/lab/tree/${notebook}?token=${token}&reset`;
      return { origin, notebooks, address, endKernel, stop };
    }
    await sleep(250);
  }
  await stop();
  throw new Error(`JupyterLab did not start:\n${log}`);
}

/** A new JupyterLab asks whether it may fetch news, in front of what is looked at here. */
function setUp(settings: string, { theme }: LabOptions): void {
  const folder = join(settings, '@jupyterlab', 'apputils-extension');
  const put = (name: string, value: object) =>
    writeFileSync(join(folder, `${name}.jupyterlab-settings`), JSON.stringify(value));
  mkdirSync(folder, { recursive: true });
  put('notification', { fetchNews: 'false', checkForUpdates: false });
  put('themes', { theme: theme === 'dark' ? 'JupyterLab Dark' : 'JupyterLab Light' });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function endsWithin(server: ChildProcess, milliseconds: number): Promise<boolean> {
  for (let waited = 0; waited < milliseconds; waited += 100) {
    if (server.exitCode !== null || server.signalCode !== null) return true;
    await sleep(100);
  }
  return false;
}

// npm run lab [-- ARGUMENTS OF jupyter lab]: brings the set-up up to date, then opens JupyterLab on notebooks/.
import './setup/node-version.mjs';

const { setUpOrExplain } = await import('./setup/main.mjs');
const { paths, root } = await import('./setup/paths.mjs');
const { jupyterEnvironment } = await import('./setup/environment.mjs');
const { runForeground } = await import('./foreground.mjs');

if (await setUpOrExplain()) {
  const args = ['-m', 'jupyterlab', `--ServerApp.root_dir=${root}`, '--LabApp.default_url=/lab/tree/notebooks'];
  args.push('--MultiKernelManager.default_kernel_name=tslab', '--KernelSpecManager.ensure_native_kernel=False');
  // Jupyter refuses to run as root unless told; in a container there is often nobody else.
  if (process.getuid?.() === 0) args.push('--allow-root');
  await runForeground(paths.python, [...args, ...process.argv.slice(2)], {
    env: jupyterEnvironment(),
    cwd: root,
  });
} else {
  process.exitCode = 1;
}

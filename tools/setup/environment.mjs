import fs from 'node:fs';
import path from 'node:path';
import { paths } from './paths.mjs';

/** Variables that would lead Python or npm away from the project's own folders. */
const REMOVED =
  /^(PYTHONHOME|PYTHONPATH|PYTHONSTARTUP|VIRTUAL_ENV|npm_config_(cache|logs_dir|prefix|global|ignore_scripts|package_lock_only|dry_run|omit|include|offline))$/i;

const cleaned = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !REMOVED.test(name)));

/** The environment of the commands that set-up runs: every cache and temporary file stays inside the project. */
export function setupEnvironment() {
  return {
    ...cleaned(),
    npm_config_cache: paths.npmCache,
    PIP_CACHE_DIR: paths.pipCache,
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    PYTHONNOUSERSITE: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    TMPDIR: paths.tmp,
  };
}

/** The environment of Jupyter and of what runs notebooks: it knows the project's kernel and keeps its files inside. */
export function jupyterEnvironment() {
  const own = (name) => path.join(paths.jupyter, name);
  // IPython goes to a temporary folder elsewhere when its own does not exist.
  fs.mkdirSync(own('ipython'), { recursive: true });
  return {
    ...cleaned(),
    PATH: [path.join(paths.venv, 'bin'), path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
    JUPYTER_PATH: paths.share,
    JUPYTER_CONFIG_DIR: own('config'),
    JUPYTER_DATA_DIR: own('data'),
    JUPYTER_RUNTIME_DIR: own('runtime'),
    JUPYTERLAB_SETTINGS_DIR: own('settings'),
    JUPYTERLAB_WORKSPACES_DIR: own('workspaces'),
    IPYTHONDIR: own('ipython'),
    PYTHONNOUSERSITE: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

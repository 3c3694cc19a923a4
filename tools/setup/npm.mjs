import fs from 'node:fs';
import path from 'node:path';

/** How to start the npm that belongs to this Node: the one that runs us, the one beside node, else the one on PATH. */
export function npmCommand(env = process.env, node = process.execPath) {
  const scripts = [
    env.npm_execpath,
    path.resolve(path.dirname(node), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const script = scripts.find((file) => file?.endsWith('npm-cli.js') && fs.existsSync(file));
  return script ? [node, script] : ['npm'];
}

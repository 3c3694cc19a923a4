import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** The project's folder, seen from a compiled test. */
export const root = path.resolve(__dirname, '..', '..', '..');

/** Imports a file of the set-up, which is plain JavaScript because it runs before anything is compiled. */
export const load = (file: string) => import(pathToFileURL(path.join(root, 'tools', file)).href);

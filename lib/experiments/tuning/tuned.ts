import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../data/paths';
import { ConfigError } from '../config';
import type { AnyOverrides } from '../description';
import type { Setting } from '../study';

/** What a search chose, by method. */
export type TunedSettings = Readonly<Record<string, { readonly setting: Setting; readonly config: AnyOverrides }>>;

/** Whether a search has left its choice there. */
export const isTuned = (file: string): boolean => existsSync(join(projectRoot(), file));

/**
 * Reads what a search chose. A method that had no search of its own, such as an ablation, has the settings of `otherwise`.
 *
 * @param file below the project
 * @throws ConfigError where there is no such file, with what makes it
 */
export function readTuned(file: string, otherwise: string): (method: string) => AnyOverrides {
  if (!isTuned(file)) {
    const [, name = 'NAME'] = /tune-(.+)\.json$/.exec(file) ?? [];
    throw new ConfigError(`There is no ${file} with tuned settings: npm start -- tune ${name} --record writes it.`);
  }
  const tuned = JSON.parse(readFileSync(join(projectRoot(), file), 'utf8')) as TunedSettings;
  return (method) => (tuned[method] ?? tuned[otherwise])?.config ?? {};
}

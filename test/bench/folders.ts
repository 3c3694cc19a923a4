import { join } from 'node:path';
import { projectRoot } from '../../lib/data/paths';

/** A file of the benchmark as it stands in the repository, not in its compiled form. */
export const benchFolder = (...parts: string[]): string => join(projectRoot(), 'test', 'bench', ...parts);

/** Where the benchmark keeps what it makes: the Python environment, and numbers for the peer while a work runs. */
export const cacheFolder = (...parts: string[]): string => join(projectRoot(), '.cache', 'bench', ...parts);

/** What notebook 10 reads. */
export const recordFile = (): string => join(projectRoot(), 'notebooks', 'results', 'bench.json');

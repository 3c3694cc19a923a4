import { join } from 'node:path';
import { checkOptionNames, DataError, hint } from '../../data/error';
import { canonical, digest, hashFiles } from '../../data/ingest/fingerprint';
import { cacheFolder } from '../../data/paths';
import type { RankingDataset } from '../types';
import { amazonOffice, amazonVideoGames } from './amazon';
import { assemble } from './assemble';
import { epinions } from './epinions';
import { findFiles } from './find-files';
import { lastfm2k } from './lastfm-2k';
import type { RankingSource } from './raw';
import { type SplitWay, splitWays } from './split';
import { type RankingSyntheticOptions, syntheticRanking } from './synthetic';

/** How a ranking data set is opened. */
export interface RankingOpenOptions {
  /** The folder of the files; default `$PF_DATA/<name>`, or `data/<name>/raw`. */
  readonly data?: string;
  /** Decides the split; default 1. */
  readonly seed?: number;
  /** Default `per-user`. */
  readonly split?: SplitWay;
  /** For the data set `synthetic-ranking`. */
  readonly synthetic?: RankingSyntheticOptions;
}

const SYNTHETIC = 'synthetic-ranking';

/** Changes with how files become a data set, so that results of before and after are not taken for the same. */
const FORMAT = 1;

const sources: Readonly<Record<string, RankingSource>> = Object.fromEntries(
  [lastfm2k, epinions, amazonVideoGames, amazonOffice].map((source) => [source.name, source]),
);

/** Names that `openRankingDataset` knows. */
export const rankingDatasetNames: readonly string[] = [SYNTHETIC, ...Object.keys(sources)];

/** One line on what a data set is, with its licence; `undefined` for a name that is not known. */
export function rankingDescription(name: string): string | undefined {
  return name === SYNTHETIC
    ? 'generated, with planted communities of users and categories of items'
    : sources[name]?.description;
}

/**
 * Opens a data set for top-K recommendation by its name. Files are read each time: the largest take a few seconds.
 * @throws DataError with one line that says what is wrong, where, and what to do.
 */
export async function openRankingDataset(name: string, options: RankingOpenOptions = {}): Promise<RankingDataset> {
  checkOptionNames('openRankingDataset', options, ['data', 'seed', 'split', 'synthetic']);
  const { data, seed = 1, split = 'per-user', synthetic } = options;
  if (!Number.isSafeInteger(seed)) throw new DataError(`seed: ${seed} is not a whole number`);
  if (!splitWays.includes(split)) throw new DataError(`split: there is no way "${split}"; ${hint(split, splitWays)}`);
  if (name === SYNTHETIC) {
    if (data !== undefined) throw new DataError(`the data set "${SYNTHETIC}" is generated and takes no folder (data)`);
    return syntheticRanking({ ...(options.seed !== undefined && { seed }), ...synthetic }, split);
  }
  if (synthetic !== undefined) throw new DataError(`the option "synthetic" is for the data set "${SYNTHETIC}" only`);
  if (!Object.hasOwn(sources, name)) {
    throw new DataError(`there is no ranking data set "${name}"; ${hint(name, rankingDatasetNames)}`);
  }
  const source = sources[name];
  const files = findFiles(source, data);
  const hashed = await hashFiles(Object.values(files), join(cacheFolder(name), 'files'));
  const contents = hashed.map(({ source: role, sha256 }) => [role, sha256]);
  const fingerprint = digest(canonical({ format: FORMAT, name, contents, seed, split }));
  return assemble(await source.read(files), { name, fingerprint, seed, split });
}

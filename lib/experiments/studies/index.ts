import type { RankingStudyDescription, StudyDescription } from '../description';
import type { RankingSearchDescription, SearchDescription } from '../tuning/search';
import { ablation } from './ablation';
import { aliexpress, tenrec } from './aliexpress';
import { communication } from './communication';
import { dials } from './dials';
import { kuairand, kuairandCombine, kuairandSearch } from './kuairand';
import { lastfm, lastfmSearch, lastfmSweeps } from './lastfm';
import { pmtrecSearches, pmtrecStudies } from './pmtrec';
import { sensitivities } from './sensitivity';
import { syntheticSearch } from './synthetic-search';

export { type Dial, type DialOptions, dialModules, dialStudy } from './dials';

const byName = <T extends { readonly name: string }>(all: readonly T[]): Readonly<Record<string, T>> =>
  Object.fromEntries(all.map((one) => [one.name, one]));

/** The studies behind the tables and figures of this kit and of the papers, by name. */
export const studies = byName<StudyDescription>([
  kuairand,
  aliexpress,
  tenrec,
  ablation,
  ...dials,
  ...sensitivities,
  communication,
  ...kuairandCombine,
]);

/** Searches for the settings that studies use, by name. */
export const searches = byName<SearchDescription>([kuairandSearch, syntheticSearch]);

/** Studies on ranking data sets, by name. */
export const rankingStudies = byName<RankingStudyDescription>([lastfm, ...lastfmSweeps, ...pmtrecStudies]);

/** Searches on ranking data sets, by name. */
export const rankingSearches = byName<RankingSearchDescription>([lastfmSearch, ...pmtrecSearches]);

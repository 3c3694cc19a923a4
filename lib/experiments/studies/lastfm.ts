import { type CombinationName, combinations } from '../../multitask/combinations';
import { MAIN_TASK } from '../../ranking/tasks';
import type { RankingStudyDescription } from '../description';
import type { RankingSearchDescription } from '../tuning/search';
import { type RankingBase, rankingSweeps } from './ranking-sweeps';

/** Training is short, so that a table of twenty methods takes minutes: the search chooses for this length [choice]. */
const EPOCHS = 30;

const common: RankingBase = {
  track: 'ranking',
  dataset: 'lastfm-2k',
  config: { encoder: 'mf', embedding: 32, auxiliary: ['social'], epochs: EPOCHS, patience: 5 },
  tuned: 'notebooks/results/tune-lastfm.json',
  reference: 'ew',
  quick: { config: { epochs: 3 }, seeds: [1] },
};

/** The table: the main task alone and every way to combine it with the side task, each with the settings chosen for it. */
export const lastfm: RankingStudyDescription = {
  ...common,
  name: 'lastfm',
  about: 'Artists ranked for listeners of Last.fm, friendships as side task: ways to combine gradients, each tuned.',
  methods: [MAIN_TASK, ...(Object.keys(combinations) as CombinationName[])],
  seeds: [1, 2, 3, 4, 5],
};

/** The search behind it, by validation Recall@20: the same grid for every method, for as long as the table trains. */
export const lastfmSearch: RankingSearchDescription = {
  name: 'lastfm',
  study: lastfm,
  methods: lastfm.methods as readonly string[],
  space: {
    'optimizer.learningRate': [1e-3, 3e-3, 1e-2, 3e-2],
    'optimizer.weightDecay': [1e-6, 1e-5, 1e-4, 1e-3],
  },
  candidates: 'all',
  seed: 1,
  seeds: [11, 12],
  stages: [EPOCHS],
  keep: 1,
  quick: { candidates: 2, seeds: [11], stages: [2] },
};

export const lastfmSweeps = rankingSweeps('lastfm', 'Last.fm', common, {
  alpha: [1, 1.02, 1.05, 1.1],
  temperature: [0.1, 0.3, 1, 3, 1000],
});

import { type CombinationName, combinations } from '../../multitask/combinations';
import { MAIN_TASK } from '../../ranking/tasks';
import type { Grid, RankingStudyDescription } from '../description';
import type { RankingSearchDescription } from '../tuning/search';

/** Training is short, so that a table of twenty methods takes minutes: the search chooses for this length [choice]. */
const EPOCHS = 30;

const common = {
  track: 'ranking',
  dataset: 'lastfm-2k',
  config: { encoder: 'mf', embedding: 32, auxiliary: ['social'], epochs: EPOCHS, patience: 5 },
  tuned: 'notebooks/results/tune-lastfm.json',
  reference: 'ew',
  quick: { config: { epochs: 3 }, seeds: [1] },
} as const;

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
    'optimizer.learningRate': [3e-3, 1e-2, 3e-2],
    'optimizer.weightDecay': [1e-6, 1e-5, 1e-4, 1e-3],
  },
  candidates: 'all',
  seed: 1,
  seeds: [11, 12],
  stages: [EPOCHS],
  keep: 1,
  quick: { candidates: 2, seeds: [11], stages: [2] },
};

const sweep = (name: string, question: string, grid: Grid, methods: readonly string[]): RankingStudyDescription => ({
  ...common,
  name: `lastfm-${name}`,
  about: `How the ranking of Last.fm depends on ${question}, with the settings that were chosen with the defaults.`,
  methods,
  grid,
  seeds: [1, 2, 3],
  reference: methods.includes('ew') ? 'ew' : methods[0],
});

/** What PMTRec's own options do (the default of α is 1.02, of τ 1 median norm; 1,000 gives equal weights), and the encoder. */
export const lastfmSweeps: readonly RankingStudyDescription[] = [
  sweep('alpha', "PMTRec's task focusing α", { 'pmtrec.alpha': [1, 1.02, 1.05, 1.1] }, ['pmtrec']),
  sweep('tau', "PMTRec's temperature τ, in median norms", { 'pmtrec.temperature': [0.1, 0.3, 1, 3, 1000] }, ['pmtrec']),
  sweep('encoder', 'the encoder', { encoder: ['mf', 'ngcf', 'lightgcn'] }, [MAIN_TASK, 'ew', 'pmtrec']),
];

import { type AuxiliaryTask, MAIN_TASK } from '../../ranking/tasks';
import type { RankingStudyDescription } from '../description';
import type { RankingSearchDescription } from '../tuning/search';
import { type RankingBase, rankingSweeps } from './ranking-sweeps';

/** The paper's data sets, with the two auxiliary tasks it trains on each. */
const DATASETS: readonly { name: string; title: string; tasks: readonly [AuxiliaryTask, AuxiliaryTask] }[] = [
  { name: 'epinions', title: 'Epinions', tasks: ['social', 'category'] },
  { name: 'amazon-video-games', title: 'Amazon Video Games', tasks: ['co-view', 'co-buy'] },
  { name: 'amazon-office', title: 'Amazon Office', tasks: ['direct-au', 'rating'] },
];

/** The methods of the paper's main table, in its order; `bpr` is the single task of its task ablation. */
const METHODS = [
  ...[MAIN_TASK, 'ew', 'graddrop', 'pcgrad', 'gradvac', 'cagrad', 'aligned-mtl', 'nash-mtl', 'rlw'],
  'pmtrec',
];

/** Most epochs [choice]; training stops ten after the last gain on validation, and the paper's best epoch is near 60. */
const EPOCHS = 200;

/** Size, batch, patience and grid are the paper's; seeds and most epochs ours. */
const baseOf = (name: string): RankingBase => ({
  track: 'ranking',
  dataset: name,
  config: { encoder: 'mf', embedding: 32, batch: 2048, epochs: EPOCHS, patience: 10 },
  tuned: `notebooks/results/tune-${name}.json`,
  reference: 'pmtrec',
  quick: { config: { epochs: 2 }, seeds: [1] },
});

const tableOf = ({ name, title }: (typeof DATASETS)[number]): RankingStudyDescription => ({
  ...baseOf(name),
  name,
  about: `PMTRec and the methods of its paper on ${title}, main task and two auxiliary ones, each tuned alike.`,
  methods: METHODS,
  seeds: [1, 2, 3, 4, 5],
});

/** The paper's ablations and sweeps on one data set. */
function questionsOf({ name, title, tasks }: (typeof DATASETS)[number]): readonly RankingStudyDescription[] {
  const base = baseOf(name);
  const pmtrec = (row: string, config: RankingBase['config']) => ({ name: row, method: 'pmtrec', config });
  return [
    {
      ...base,
      name: `${name}-tasks`,
      about: `Which auxiliary tasks help on ${title}: none, each alone, both.`,
      methods: [MAIN_TASK, ...tasks.map((task) => pmtrec(`only ${task}`, { auxiliary: [task] })), 'pmtrec'],
      seeds: [1, 2, 3],
    },
    {
      ...base,
      name: `${name}-modules`,
      about: `PMTRec without task focusing and without magnitude balancing on ${title}.`,
      methods: [
        pmtrec('without focusing', { pmtrec: { alpha: 1 } }),
        // The paper's numbers are those of its sweep at τ = 1, so the softmax stays [inferred]; norms of sums [choice].
        pmtrec('τ = 1', { pmtrec: { scale: 'absolute', temperature: 1, reduction: 'sum' } }),
        pmtrec('τ → ∞', { pmtrec: { temperature: 1e6 } }),
        'pmtrec',
      ],
      seeds: [1, 2, 3],
    },
    ...rankingSweeps(name, title, base, {
      alpha: [1, 1.02, 1.04, 1.06, 1.08, 1.1, 1.12, 1.14, 1.16, 1.18, 1.2],
      temperature: [0.01, 0.1, 0.3, 1, 3, 10, 1000],
    }),
  ];
}

/** The paper's tables and figures on its three data sets (arXiv 2407.21364). */
export const pmtrecStudies: readonly RankingStudyDescription[] = DATASETS.flatMap((one) => [
  tableOf(one),
  ...questionsOf(one),
]);

/**
 * The searches behind them: the paper's grid of learning rate and weight decay for every method. Its further search of α
 * and τ, which gave PMTRec 88 times the candidates of equal weights, is left out.
 */
export const pmtrecSearches: readonly RankingSearchDescription[] = DATASETS.map((one) => ({
  name: one.name,
  study: tableOf(one),
  methods: METHODS,
  space: {
    'optimizer.learningRate': [0.1, 0.05, 0.01, 0.005, 0.001],
    'optimizer.weightDecay': [1e-2, 1e-4, 1e-6, 1e-8],
  },
  candidates: 'all',
  seed: 1,
  seeds: [11],
  stages: [EPOCHS],
  keep: 1,
  quick: { candidates: 2, seeds: [11], stages: [1] },
}));

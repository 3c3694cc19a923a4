import type { SearchDescription } from '../tuning/search';
import { ablation } from './ablation';

/** A search that needs no files: learning rate and dropout on generated data. */
export const syntheticSearch: SearchDescription = {
  name: 'synthetic',
  study: ablation,
  methods: ['local', 'fedavg', 'fedbn', 'pf-msmtrec'],
  space: { 'optimizer.learningRate': { from: 1e-3, to: 2e-2, scale: 'log' }, 'model.dropout': [0, 0.2, 0.4] },
  candidates: 8,
  seed: 1,
  seeds: [11, 12],
  stages: [2, 6],
  keep: 0.5,
  quick: { candidates: 4, seeds: [11], stages: [1, 2] },
};

import type { StudyDescription } from '../description';

const quick: StudyDescription['quick'] = {
  open: { rowsPerScenario: 50_000 },
  config: {
    model: { embedding: 16, experts: 4, expertLayers: [64, 32], towerLayers: [32, 16] },
    batch: 512,
    rounds: 5,
    localWork: { passes: 1, cap: 100 },
  },
  seeds: [1, 2, 3],
};

/** The paper's main table on AliExpress, at the published size [digest: the data; rounds and steps: choice]. */
export const aliexpress: StudyDescription = {
  name: 'aliexpress',
  about: 'PF-MSMTrec and baselines on AliExpress, a client per country: click, and conversion over all impressions.',
  dataset: 'aliexpress',
  methods: ['local', 'fedavg', 'fedbn', 'pf-msmtrec', 'central'],
  seeds: [1, 2, 3, 4, 5],
  reference: 'pf-msmtrec',
  quick,
};

/** The same on Tenrec's two video scenarios [digest: the data; all settings: choice]. */
export const tenrec: StudyDescription = {
  name: 'tenrec',
  about: "PF-MSMTrec and baselines on Tenrec's video scenarios, a client per app: click, and like after a click.",
  dataset: 'tenrec',
  open: { rowsPerScenario: 5_000_000 },
  methods: ['local', 'fedavg', 'fedbn', 'pf-msmtrec', 'central'],
  seeds: [1, 2, 3, 4, 5],
  reference: 'pf-msmtrec',
  quick,
};

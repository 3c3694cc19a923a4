import { ablations } from '../../federated/pf-msmtrec';
import type { StudyDescription } from '../description';

/** Every module taken out where each has something to do: scenarios, tasks and units of numbers disagree. */
export const ablation: StudyDescription = {
  name: 'ablation',
  about: 'What each module of PF-MSMTrec gives on generated data whose scenarios, tasks and units disagree.',
  dataset: 'synthetic',
  open: { synthetic: { scenarioConflict: 1, taskConflict: 0.5, inputShift: 0.5 } },
  config: { diagnostics: 'none' },
  methods: ['local', 'fedavg', 'fedbn', 'pf-msmtrec', ...Object.keys(ablations)],
  seeds: [1, 2, 3, 4, 5],
  freshData: true,
  reference: 'pf-msmtrec',
  quick: { open: { synthetic: { scale: 0.2 } }, config: { batch: 256, rounds: 4 }, seeds: [1, 2, 3] },
};

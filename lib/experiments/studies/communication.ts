import type { StudyDescription } from '../description';

/** What a byte buys: methods and row rules that send more or less in a round. */
export const communication: StudyDescription = {
  name: 'communication',
  about: 'What methods reach for what they send, on generated data whose scenarios disagree by half.',
  dataset: 'synthetic',
  open: { synthetic: { scenarioConflict: 0.5 } },
  config: { diagnostics: 'none' },
  methods: [
    'pf-msmtrec',
    { name: 'pf-msmtrec, tables at home', method: 'pf-msmtrec', config: { embeddings: 'local' } },
    'no-template',
    'no-tower-aggregation',
    'fedbn',
    { name: 'fedbn, tables at home', method: 'fedbn', config: { embeddings: 'local' } },
    'fedavg',
    'local',
  ],
  seeds: [1, 2, 3, 4, 5],
  freshData: true,
  reference: 'pf-msmtrec',
  quick: { open: { synthetic: { scale: 0.2 } }, config: { batch: 256, rounds: 4 }, seeds: [1, 2, 3] },
};

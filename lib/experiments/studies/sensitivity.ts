import type { Grid, StudyDescription, StudySetting } from '../description';

const sensitivity = (
  option: string,
  question: string,
  grid: Grid | readonly StudySetting[],
  methods: readonly string[] = ['pf-msmtrec'],
): StudyDescription => ({
  name: `sensitivity-${option}`,
  about: `How AUC depends on ${question}, on generated data whose scenarios disagree by half.`,
  dataset: 'synthetic',
  open: { synthetic: { scenarioConflict: 0.5 } },
  config: { diagnostics: 'none' },
  methods,
  grid,
  seeds: [1, 2, 3, 4, 5],
  freshData: true,
  reference: methods[0],
  quick: { open: { synthetic: { scale: 0.2 } }, config: { batch: 256, rounds: 4 }, seeds: [1, 2, 3] },
});

/** As many steps in all for every point: the fewer in a round, the more rounds. */
const equalWork = [25, 50, 100, 200].map((steps) => ({
  setting: { steps },
  config: { localWork: { steps }, rounds: 600 / steps },
}));

/** One study per option of the method that the paper's kind of figure varies; the values are a choice. */
export const sensitivities: readonly StudyDescription[] = [
  sensitivity('experts', 'the number of experts', { 'model.experts': [1, 2, 4, 8] }, ['pf-msmtrec', 'fedbn']),
  sensitivity('c', 'the conflict coordination constant c', { 'pfMsmtrec.experts.c': [0, 0.2, 0.4, 0.6, 0.8] }),
  sensitivity('alignment', 'the weight λ of the alignment term', {
    'pfMsmtrec.alignment': [0, 1e-4, 1e-3, 1e-2, 1e-1],
  }),
  sensitivity('rate', 'the initial rate α of personalised aggregation', {
    'pfMsmtrec.experts.rates.initial': [0.1, 0.5, 1],
  }),
  sensitivity('steps', 'the local steps of a round, with equal work', equalWork, ['pf-msmtrec', 'fedbn', 'fedavg']),
];

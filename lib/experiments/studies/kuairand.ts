import { ablations } from '../../federated/pf-msmtrec';
import { type ConfigOverrides, makeConfig } from '../config';
import { presets } from '../presets';
import type { Setting, Study, StudyOptions, StudyPoint } from '../study';

const TUNING_SEEDS = [11, 12];
const TABLE_SEEDS = [1, 2, 3, 4, 5];
const ROUNDS = 8;

/** One candidate: what it is called in the table of the search, and what it changes. */
interface Candidate {
  readonly setting: Setting;
  readonly config: ConfigOverrides;
}

/** The same four candidates for every method. */
const candidates: readonly Candidate[] = [5e-4, 1e-3].flatMap((learningRate) =>
  [0.2, 0.4].map((dropout) => ({
    setting: { learningRate, dropout },
    config: { optimizer: { learningRate }, model: { dropout } },
  })),
);

/** What `study kuairand-tuning` marked, by place in the candidates: the best mean AUC over tabs, tasks and two seeds. */
const chosen = { local: 2, fedavg: 0, fedbn: 1, 'pf-msmtrec': 2, central: 3 };

const pointOf = (
  methods: readonly string[],
  seeds: readonly number[],
  { setting, config }: Candidate,
  data?: string,
): StudyPoint => ({
  setting,
  dataset: 'kuairand-pure',
  open: { data },
  config: makeConfig([presets['kuairand-pure'].config, { rounds: ROUNDS }, config, { methods, seeds }]),
});

/** The search for settings: the same number of candidates for every method, judged on validation rows alone. */
export function kuairandTuning({ data, seeds = TUNING_SEEDS }: StudyOptions): Study {
  return {
    name: 'kuairand-tuning',
    about: 'Which settings each method should have on KuaiRand, by validation AUC; the test split is not read.',
    reference: 'pf-msmtrec',
    split: 'validation',
    points: candidates.map((candidate) => pointOf(Object.keys(chosen), seeds, candidate, data)),
  };
}

/** The table: every method with the settings that validation chose; ablations have those of the whole method. */
export function kuairand({ data, seeds = TABLE_SEEDS }: StudyOptions): Study {
  return {
    name: 'kuairand',
    about: 'PF-MSMTrec, its ablations and the baselines on the five tabs of KuaiRand-Pure, each with tuned settings.',
    reference: 'pf-msmtrec',
    split: 'test',
    points: Object.entries(chosen).map(([method, place]) => {
      const methods = method === 'pf-msmtrec' ? [method, ...Object.keys(ablations)] : [method];
      return pointOf(methods, seeds, { ...candidates[place], setting: {} }, data);
    }),
  };
}

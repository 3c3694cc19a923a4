import { ablations } from '../../federated/pf-msmtrec';
import { type ConfigOverrides, makeConfig } from '../config';
import { presets } from '../presets';
import type { Setting, Study, StudyOptions, StudyPoint } from '../study';

const TUNING_SEEDS = [11, 12];
const TABLE_SEEDS = [1, 2, 3, 4, 5];
const ROUNDS = 8;

/** One candidate of a method: what it is called in the table of the search, and what it changes. */
interface Candidate {
  readonly setting: Setting;
  readonly config: ConfigOverrides;
}

const learningRates = [5e-4, 1e-3];

/** Every method gets four candidates: two learning rates times two values of one more option that it has. */
const grid = (option: string, values: Readonly<Record<string, ConfigOverrides>>): Candidate[] =>
  learningRates.flatMap((learningRate) =>
    Object.entries(values).map(([value, config]) => ({
      setting: { learningRate, [option]: value },
      config: { ...config, optimizer: { learningRate } },
    })),
  );

const dropout = grid('dropout', { 0.2: {}, 0.4: { model: { dropout: 0.4 } } });
const weights = grid('weights', { rows: { weights: 'rows' }, equal: { weights: 'equal' } });

const candidates: Readonly<Record<string, readonly Candidate[]>> = {
  local: dropout,
  fedavg: weights,
  fedbn: weights,
  'pf-msmtrec': weights,
  central: dropout,
};

/** What `study kuairand-tuning` marked: the best mean validation AUC over tabs, tasks and two seeds. */
const chosen: Readonly<Record<string, ConfigOverrides>> = Object.fromEntries(
  Object.keys(candidates).map((method) => [method, candidates[method][0].config]),
);

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
    points: Object.entries(candidates).flatMap(([method, own]) =>
      own.map((candidate) => pointOf([method], seeds, candidate, data)),
    ),
  };
}

/** The table: every method with the settings that validation chose; ablations have those of the whole method. */
export function kuairand({ data, seeds = TABLE_SEEDS }: StudyOptions): Study {
  return {
    name: 'kuairand',
    about: 'PF-MSMTrec, its ablations and the baselines on the five tabs of KuaiRand-Pure, each with tuned settings.',
    reference: 'pf-msmtrec',
    split: 'test',
    points: Object.entries(chosen).map(([method, config]) => {
      const methods = method === 'pf-msmtrec' ? [method, ...Object.keys(ablations)] : [method];
      return pointOf(methods, seeds, { setting: {}, config }, data);
    }),
  };
}

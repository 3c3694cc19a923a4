import type { SyntheticOptions } from '../data/synthetic/synthetic';
import { type ConfigOverrides, makeConfig } from './config';
import { presets } from './presets';
import type { Study, StudyPoint } from './study';

/** The dials of `synthetic`, and the modules whose work each of them calls for. */
export const dialModules = {
  inputShift: ['no-fedbn'],
  scenarioConflict: ['no-coordination', 'no-personalisation', 'no-tower-aggregation', 'no-regulariser'],
  taskConflict: ['no-template'],
} as const satisfies Partial<Record<keyof SyntheticOptions, readonly string[]>>;

export type Dial = keyof typeof dialModules;

export interface DialOptions {
  readonly dial: Dial;
  readonly values: readonly number[];
  /** Default: `pf-msmtrec` and the ablations that the dial calls for. */
  readonly methods?: readonly string[];
  readonly seeds: readonly number[];
  /** Multiplies the rows of `synthetic`; default 1. */
  readonly scale?: number;
  /** What differs from the preset of `synthetic`. */
  readonly config?: ConfigOverrides;
}

/**
 * Turns one dial of `synthetic` and runs methods at every value. With each seed the data are drawn anew, too: the
 * intervals then speak of the kind of data and not of one draw.
 */
export function dialStudy({ dial, values, methods, seeds, scale = 1, config = {} }: DialOptions): Study {
  const runs = methods ?? ['pf-msmtrec', ...dialModules[dial]];
  return {
    name: `dial-${dial}`,
    about: `What a module gives on synthetic data when ${dial} is turned.`,
    reference: 'pf-msmtrec',
    split: 'test',
    points: values.flatMap((value) =>
      seeds.map(
        (seed): StudyPoint => ({
          setting: { [dial]: value },
          dataset: 'synthetic',
          open: { synthetic: { [dial]: value, seed, scale } },
          config: makeConfig([presets.synthetic.config, config, { methods: runs, seeds: [seed] }]),
        }),
      ),
    ),
  };
}

/** What the command `study` may change. */
export interface StudyOptions {
  /** Folder of the data set, for a study on real data. */
  readonly data?: string;
  /** Default: the study's own. */
  readonly seeds?: readonly number[];
}

const FIVE_SEEDS = [1, 2, 3, 4, 5];
const DIAL_VALUES = [0, 0.3, 0.6, 1];

const wholeDial =
  (dial: Dial) =>
  ({ seeds = FIVE_SEEDS }: StudyOptions): Study =>
    dialStudy({ dial, values: DIAL_VALUES, seeds });

/** The studies behind the tables and figures of this kit, by name. */
export const studies: Readonly<Record<string, (options: StudyOptions) => Study>> = {
  'dial-inputShift': wholeDial('inputShift'),
  'dial-scenarioConflict': wholeDial('scenarioConflict'),
  'dial-taskConflict': wholeDial('taskConflict'),
};

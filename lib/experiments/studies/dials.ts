import type { SyntheticOptions } from '../../data/synthetic/synthetic';
import { type ConfigOverrides, makeConfig } from '../config';
import { presets } from '../presets';
import type { Study, StudyOptions, StudyPoint } from '../study';

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

const FIVE_SEEDS = [1, 2, 3, 4, 5];
const VALUES = [0, 0.5, 1];

/** One study per dial, at full size. */
export const dialStudies: Readonly<Record<string, (options: StudyOptions) => Study>> = Object.fromEntries(
  (Object.keys(dialModules) as Dial[]).map((dial) => [
    `dial-${dial}`,
    ({ seeds = FIVE_SEEDS }: StudyOptions) => dialStudy({ dial, values: VALUES, seeds }),
  ]),
);

import type { SyntheticOptions } from '../../data/synthetic/synthetic';
import type { ConfigOverrides } from '../config';
import type { StudyDescription } from '../description';
import type { Study } from '../study';
import { studyOf } from '../study-of';

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

/** Turns one dial of `synthetic` and runs methods at every value, on data that every seed draws anew. */
export const dialStudy = (options: DialOptions): Study => studyOf(dialDescription(options));

const dialDescription = ({ dial, values, methods, seeds, scale = 1, config = {} }: DialOptions): StudyDescription => ({
  name: `dial-${dial}`,
  about: `What a module gives on synthetic data when ${dial} is turned.`,
  dataset: 'synthetic',
  open: { synthetic: { scale } },
  config,
  methods: methods ?? ['pf-msmtrec', ...dialModules[dial]],
  grid: { [`synthetic.${dial}`]: values },
  seeds,
  freshData: true,
  reference: 'pf-msmtrec',
  quick: { open: { synthetic: { scale: 0.2 } }, config: { batch: 256, rounds: 4 }, seeds: [1, 2, 3] },
});

/** One study per dial. */
export const dials: readonly StudyDescription[] = (Object.keys(dialModules) as Dial[]).map((dial) =>
  dialDescription({ dial, values: [0, 0.5, 1], seeds: [1, 2, 3, 4, 5] }),
);

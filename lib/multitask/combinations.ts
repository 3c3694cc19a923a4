import { alignedMtl } from './aligned-mtl';
import { cagrad, cagradDefaults } from './cagrad';
import type { Combination } from './combination';
import { dwa, dwaDefaults } from './dwa';
import { equalWeights } from './equal-weights';
import { famo, famoDefaults } from './famo';
import { gradDrop, gradDropDefaults } from './graddrop';
import { gradNorm, gradNormDefaults } from './gradnorm';
import { gradVac, gradVacDefaults } from './gradvac';
import { imtlG } from './imtl-g';
import { imtlL, imtlLDefaults } from './imtl-l';
import { metaBalance, metaBalanceDefaults } from './metabalance';
import { mgda, mgdaDefaults } from './mgda';
import { mocoGrad, mocoGradDefaults } from './mocograd';
import { nashMtl, nashMtlDefaults } from './nash-mtl';
import { pcgrad } from './pcgrad';
import { pmtrec, pmtrecDefaults } from './pmtrec';
import { pmtrecClient, pmtrecClientDefaults } from './pmtrec-client';
import { randomWeights } from './random-weights';
import { uncertainty, uncertaintyDefaults } from './uncertainty';

/** A method by its options. */
interface Entry<Options extends object> {
  /** One sentence for tables and notebooks. */
  readonly about: string;
  readonly defaults: Options;
  make(options: Options): Combination;
}

const entry = <Options extends object>(
  about: string,
  defaults: Options,
  make: (options: Options) => Combination,
): Entry<Options> => ({ about, defaults, make });

const none = {};

/** The ways to combine task gradients, by name. */
export const combinations = {
  ew: entry('Equal weights: the sum of the losses.', none, equalWeights),
  rlw: entry('Random weights, drawn in every step.', none, randomWeights),
  uw: entry('Weights by learned uncertainty.', uncertaintyDefaults, uncertainty),
  dwa: entry('More weight for losses that fall slowly from epoch to epoch.', dwaDefaults, dwa),
  'imtl-l': entry('Learned scales that make all losses equal.', imtlLDefaults, imtlL),
  famo: entry('All losses fall at the same relative rate.', famoDefaults, famo),
  gradnorm: entry('Learned weights that make gradients equally long, slow tasks more.', gradNormDefaults, gradNorm),
  mgda: entry('The shortest vector of the convex hull.', mgdaDefaults, mgda),
  pcgrad: entry('Conflicting components are projected away.', none, pcgrad),
  gradvac: entry('Pairs are brought to their usual cosine.', gradVacDefaults, gradVac),
  cagrad: entry('Near the mean, the best for the worst-off task.', cagradDefaults, cagrad),
  'nash-mtl': entry('The bargain of Nash.', nashMtlDefaults, nashMtl),
  'imtl-g': entry('Equal projections on all gradients.', none, imtlG),
  'aligned-mtl': entry('Tasks made orthogonal and equally long.', none, alignedMtl),
  graddrop: entry('One sign per number, drawn.', gradDropDefaults, gradDrop),
  mocograd: entry("Conflicts are met with the other task's momentum.", mocoGradDefaults, mocoGrad),
  metabalance: entry('Auxiliary gradients as long as the main one.', metaBalanceDefaults, metaBalance),
  pmtrec: entry('Row by row, weights by gradient norms.', pmtrecDefaults, pmtrec),
  'pmtrec-client': entry('One weight per task, by gradient norms.', pmtrecClientDefaults, pmtrecClient),
} as const;

export type CombinationName = keyof typeof combinations;

/** A method and those of its options that differ from the defaults. */
export type CombinationChoice = {
  [Name in CombinationName]: { readonly method: Name } & Partial<(typeof combinations)[Name]['defaults']>;
}[CombinationName];

/** The chosen method, with its defaults where the choice is silent. Options are taken as they are: see `choiceProblem`. */
export function makeCombination({ method, ...options }: CombinationChoice): Combination {
  const { make, defaults } = combinations[method] as Entry<object>;
  return make({ ...defaults, ...options });
}

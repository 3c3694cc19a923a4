export { type AucInterval, aucInterval } from './auc-interval';
export { type BootstrapOptions, bootstrapAuc } from './bootstrap';
export { type AucDifference, delongTest } from './delong';
export { criticalDifference, type FriedmanTest, friedman } from './friedman';
export { holm } from './holm';
export { type MeanInterval, meanInterval } from './interval';
export { FEWEST_PAIRS, type PairedTest, pairedTest } from './paired-test';
export { midranks } from './ranks';
export { signedRankTest } from './wilcoxon';

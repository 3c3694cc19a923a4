export { conflictAverse, conflictAverseWeights, type Gram, projectConflicts } from '../multitask/conflict-averse';
export { restoreCheckpoint, saveCheckpoint } from './checkpoint';
export { type Client, readValues } from './client';
export * from './diagnostics/types';
export { macroAuc } from './evaluate';
export * from './federation';
export type { LocalWork } from './local-work';
export { type MethodOptions, methods } from './methods';
export { InterruptedError } from './pause';
export { ablations, type PfMsmtrecOptions, pfMsmtrec, pfMsmtrecDefaults } from './pf-msmtrec';
export type { Phase } from './phase';
export { type PlanOptions, planDefaults, type Sharing, type SharingPlan, sharingOf } from './plan';
export { predict } from './predict';
export type { RoundRecord } from './record';
export { type AttendOptions, attend, attendDefaults } from './rules/attend';
export { average, type ClientWeights } from './rules/average';
export { averageRows, type RowRule } from './rules/average-rows';
export { type CoordinateOptions, coordinate, coordinateDefaults } from './rules/coordinate';
export {
  type ClientUpdate,
  type GroupUpdate,
  hasTask,
  type Rule,
  type RuleResult,
  type RuleState,
  traffic,
} from './rules/rule';
export { type Matrix, type TriedClient, type TriedRule, tryRule } from './rules/try-rule';
export type { SelectionKind } from './selection';
export { type TrainingOptions, trainingDefaults } from './train';

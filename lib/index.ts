/**
 * pf-msmtrec: personalised federated multi-scenario multi-task recommendation.
 *
 * Imports run in one direction: backend ← data, models, multitask ← federated ← experiments ← report;
 * metrics and statistics know none of them but backend's random numbers.
 */
export * from './backend';
export * from './data';
export * from './experiments';
export * from './federated';
export { type Auc, auc } from './metrics/auc';
export { logLoss } from './metrics/log-loss';
export type { Score } from './metrics/types';
export * from './models';
export * from './multitask';
export * from './ranking';
export * from './report';
export * from './statistics';

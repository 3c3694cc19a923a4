export * from './data';
export * from './experiments/store';
export type { StoredConfiguration } from './experiments/store-configuration';
export { StoreError } from './experiments/store-files';
export * from './experiments/types';
export { type Auc, auc } from './metrics/auc';
export * from './report';

export * from './data';
export { type Auc, auc } from './metrics/auc';
export * from './experiments/types';
export * from './experiments/store';
export { type StoredConfiguration } from './experiments/store-configuration';
export { StoreError } from './experiments/store-files';
export * from './report';

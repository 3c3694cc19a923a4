export { type ConfigOverrides, configDefaults, type ExperimentConfig, makeConfig, readConfig } from './config';
export { type Preset, presets } from './presets';
export { type RunOptions, runExperiment } from './run';
export * from './store';
export type { StoredConfiguration } from './store-configuration';
export { StoreError } from './store-files';
export type { ResultLine } from './types';

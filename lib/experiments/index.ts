export { type ConfigOverrides, configDefaults, type ExperimentConfig, makeConfig, readConfig } from './config';
export type { Failure } from './failures';
export { type Environment, environmentNow, type Origin } from './origin';
export { type Preset, presets } from './presets';
export { type RunOptions, runExperiment } from './run';
export * from './sources';
export * from './store';
export type { StoredConfiguration } from './store-configuration';
export { StoreError } from './store-files';
export { type Dial, type DialOptions, dialModules, dialStudy, studies } from './studies';
export {
  ofSelection,
  readStudyRows,
  runStudy,
  type Setting,
  type Study,
  type StudyOptions,
  type StudyPoint,
  type StudyRow,
  settingText,
} from './study';
export type { ResultLine, StoredRound } from './types';
export { runInWorkers, type WorkerOptions } from './workers';

export { type ConfigOverrides, configDefaults, type ExperimentConfig, makeConfig, readConfig } from './config';
export type { Grid, StudyDescription, StudyMethod, StudySetting } from './description';
export type { FailedRun, Failure } from './failures';
export { pointsOf } from './grid';
export { type Environment, environmentNow, type Origin } from './origin';
export { type Preset, presets } from './presets';
export { pmtrecFigures, type RankingReference } from './public-figures';
export * from './ranking';
export { readStudy } from './read-study';
export { type RunOptions, runExperiment } from './run';
export * from './sources';
export * from './store';
export type { StoredConfiguration } from './store-configuration';
export { StoreError } from './store-files';
export {
  type Dial,
  type DialOptions,
  dialModules,
  dialStudy,
  rankingSearches,
  rankingStudies,
  searches,
  studies,
} from './studies';
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
  studyRuns,
} from './study';
export { studyOf } from './study-of';
export { candidatesOf, type SearchSpace } from './tuning/candidates';
export { type CandidateScore, candidateScores, fateOf } from './tuning/choose';
export { runSearch, type SearchDescription, type SearchResult } from './tuning/search';
export type { TunedSettings } from './tuning/tuned';
export type { ResultLine, StoredRound } from './types';
export { runInWorkers, type StudyOutcome, type WorkerOptions } from './workers';

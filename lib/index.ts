export * from './data/types';
export * from './experiments/types';

export { DataError } from './error';
export type { DatasetFacts } from './manifest';
export { unscale } from './numbers';
export * from './open';
export * from './schema';
export { type SyntheticOptions, synthetic } from './synthetic';
export * from './types';
export { parseSchema, readSchema } from './validate-schema';

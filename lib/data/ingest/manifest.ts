import type { CategoricalField, DatasetFacts, NumericalField } from '../types';

/** Grows when the cached form changes; part of the cache key. */
export const CACHE_FORMAT = 1;

/** Everything about a cached data set but its columns. */
export interface Manifest {
  readonly format: number;
  readonly name: string;
  readonly fingerprint: string;
  readonly tasks: readonly string[];
  readonly categorical: readonly CategoricalField[];
  readonly numerical: readonly NumericalField[];
  /** Scenarios in order, with their rows in train, validation and test: the order of the rows in the Parquet file. */
  readonly scenarios: readonly {
    readonly name: string;
    /** Where it lacks some: the tasks that it has. */
    readonly tasks?: readonly string[];
    readonly rows: readonly [number, number, number];
  }[];
  readonly warnings: readonly string[];
  readonly facts: DatasetFacts;
}

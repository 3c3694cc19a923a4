import type { CategoricalField, NumericalField } from './types';

/** Grows when the cached form changes; part of the cache key. */
export const CACHE_FORMAT = 1;

/** What was learnt about the sources of a data set while it was made. */
export interface DatasetFacts {
  readonly description?: string;
  readonly sources: readonly { readonly file: string; readonly bytes: number; readonly sha256: string }[];
  readonly sourceRows: number;
  /** Rows that repeat another row exactly, whether kept or dropped. */
  readonly repeatedRows: number;
  readonly duplicates: 'keep' | 'drop';
  /** Dropped rows by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Rows without a value, per numerical field. */
  readonly missingNumbers: readonly number[];
  /** Training values too rare for an id of their own, per categorical field. */
  readonly foldedValues: readonly number[];
  /** Training rows that hold them, per categorical field. */
  readonly foldedRows: readonly number[];
}

/** Everything about a cached data set but its columns. */
export interface Manifest {
  readonly format: number;
  readonly name: string;
  readonly fingerprint: string;
  readonly tasks: readonly string[];
  readonly categorical: readonly CategoricalField[];
  readonly numerical: readonly NumericalField[];
  /** Scenarios in order, with their rows in train, validation and test: the order of the rows in the Parquet file. */
  readonly scenarios: readonly { readonly name: string; readonly rows: readonly [number, number, number] }[];
  readonly warnings: readonly string[];
  readonly facts: DatasetFacts;
}

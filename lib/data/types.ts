/** Ids of one categorical field, in the smallest integer type that holds its size. */
export type IdColumn = Uint8Array | Uint16Array | Int32Array;

export type SplitName = 'train' | 'validation' | 'test';

/** Id of a missing value, the same in every field. */
export const MISSING_ID = 0;
/** Id of a value that the training split does not hold (or holds too rarely), the same in every field. */
export const UNSEEN_ID = 1;

/** A categorical field as a model sees it: dense ids `0 … size - 1`, the same for all scenarios. */
export interface CategoricalField {
  readonly kind: 'categorical';
  readonly name: string;
  /** Number of ids, the missing (0) and the unseen id (1) included. */
  readonly size: number;
  /** The value behind each id, as text; the first two entries are `(missing)` and `(unseen)`. */
  readonly values: readonly string[];
}

/** A numerical field, already transformed and scaled with figures of the training split. */
export interface NumericalField {
  readonly kind: 'numerical';
  readonly name: string;
  /** What was done to the value: `none`, `log1p`, … */
  readonly transform: string;
  /** Subtracted after the transform. */
  readonly centre: number;
  /** Divided by after the centre was subtracted. */
  readonly scale: number;
}

/** The rows of one scenario in one split, column by column. */
export interface Split {
  readonly rows: number;
  /** One column of ids per categorical field. */
  readonly ids: readonly IdColumn[];
  /** One column of scaled numbers per numerical field; a missing value is 0, the training mean. */
  readonly numbers: readonly Float32Array[];
  /** One column of 0 and 1 per task that these rows have. */
  readonly labels: readonly Uint8Array[];
  /**
   * Where rows of scenarios with different tasks stand together: 1 where a label is known and 0 where the row's
   * scenario has no such task, one column per column of `labels`; absent where all are known.
   */
  readonly known?: readonly Uint8Array[];
}

/** One scenario (a country, a feed, a page): the private data of one client. */
export interface ScenarioData {
  readonly name: string;
  /** The tasks that it has, in the order of the data set's; absent where it has all. Labels hold one column for each. */
  readonly tasks?: readonly string[];
  readonly splits: Readonly<Record<SplitName, Split>>;
}

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

/** A data set in memory, ready for training. Nothing in it changes after it was made. */
export interface Dataset {
  readonly name: string;
  /** Hex digest of schema and source contents (or of the generator's options). */
  readonly fingerprint: string;
  readonly tasks: readonly string[];
  readonly categorical: readonly CategoricalField[];
  readonly numerical: readonly NumericalField[];
  readonly scenarios: readonly ScenarioData[];
  /** What a reader should know: suspicious fields, dropped rows, … */
  readonly warnings: readonly string[];
  /**
   * AUC of the true probabilities on the test split, `[scenario][task]`; known for generated data only. `null` where it
   * is undefined, or the scenario has no such task.
   */
  readonly bayesAuc?: readonly (readonly (number | null)[])[];
  /** What was learnt about the sources while the data set was made; absent for generated data. */
  readonly facts?: DatasetFacts;
}

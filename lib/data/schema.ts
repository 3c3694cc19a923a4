/**
 * A data set described, not programmed: where its rows come from, which column makes the scenarios, what the tasks and
 * the fields are, and how the rows are split. Every `expression` is SQL as DuckDB understands it, over the columns of
 * the rows; a plain column name is the simplest expression. The same shape is read from JSON by `readSchema`.
 */
export interface DataSchema {
  /** Short name, used in results and for the cache folder: letters, digits, `-`, `_`, `.`. */
  readonly name: string;
  /** One sentence for the data card. */
  readonly description?: string;
  /** Where a user gets the files; shown when they are missing. */
  readonly obtain?: string;
  /** The files, each source a table that `query` may use by its name. */
  readonly sources: readonly DataSource[];
  /**
   * SQL that makes the rows from the sources; default: all rows of the only source. Each source also has the columns
   * `source_row` (number of the row, from 0) and `source_file` (path below the data folder). Keep those of the main
   * source in the result: they fix the order of the rows.
   */
  readonly query?: string;
  readonly scenario: ScenarioRule;
  readonly tasks: readonly TaskRule[];
  readonly fields: readonly FieldRule[];
  /** Columns that must never be features (results of the interaction, other labels); `*` stands for any characters. */
  readonly never?: readonly string[];
  readonly split: SplitRule;
  /** What to do with exact repeats of a row; default `keep`. */
  readonly duplicates?: 'keep' | 'drop';
  readonly limits?: DataLimits;
}

/** Types a column of a CSV file can be declared to have; undeclared columns are recognised from all their values. */
export type ColumnType = 'text' | 'integer' | 'number' | 'float' | 'boolean' | 'date' | 'timestamp';

/** Files of one layout: CSV (also .gz) or Parquet. */
export interface DataSource {
  /** Name of the table in `query`. */
  readonly name: string;
  /** File names or patterns (`*`, `?`) below the data folder; every file that matches any of them is read. */
  readonly files: string | readonly string[];
  /** Default: by the ending of the file name. */
  readonly format?: 'csv' | 'parquet';
  /** Whether the first line holds the column names; default true. */
  readonly header?: boolean;
  /** Default `,` (tab for `.tsv`). Up to four characters. */
  readonly delimiter?: string;
  /** Default `"`; an empty text switches quoting off. */
  readonly quote?: string;
  /** Texts that mean a missing value, besides the empty one. */
  readonly missing?: readonly string[];
  /** Column names, for a file without a header. */
  readonly columns?: readonly string[];
  /** Types by column name. Declare all of them for very large files: it saves a pass over the values. */
  readonly types?: Readonly<Record<string, ColumnType>>;
  /** Remove blanks around the values. */
  readonly trim?: boolean;
}

/** What makes the scenarios: each is the private data of one client. */
export interface ScenarioRule {
  readonly expression: string;
  /** The scenarios to keep, in this order; default: all values, largest first. */
  readonly values?: readonly (string | number)[];
  /** Readable names by value. */
  readonly names?: Readonly<Record<string, string>>;
}

/** A binary task; its expression gives 0, 1, true, false, or NULL where the label is unknown (such rows are dropped). */
export interface TaskRule {
  readonly name: string;
  /** Default: the column called `name`. */
  readonly expression?: string;
  /** Names of the scenarios that have this task; default all. The others' rows have no label for it, and need none. */
  readonly scenarios?: readonly string[];
}

export type FieldRule = CategoricalRule | NumericalRule;

/** A field of ids. Value and id are matched on the training split only. */
export interface CategoricalRule {
  readonly kind: 'categorical';
  readonly name: string;
  /** Default: the column called `name`. */
  readonly expression?: string;
  /** Values with fewer training rows share the unseen id; default 1. */
  readonly minimumCount?: number;
  /** Cut a number into this many bins of about equally many training rows; the ids then follow the bins upwards. */
  readonly bins?: number;
}

export type Transform = 'none' | 'log1p' | 'signed-log1p' | 'sqrt';
export type Scaling = 'standard' | 'minmax' | 'none';

/** A field of one number per row. */
export interface NumericalRule {
  readonly kind: 'numerical';
  readonly name: string;
  /** Default: the column called `name`. */
  readonly expression?: string;
  /** Applied first; default `none`. `signed-log1p` is sign(x) · ln(1 + |x|). */
  readonly transform?: Transform;
  /** Applied last, with figures of the training split: mean 0 and deviation 1 (`standard`, default), or 0 to 1. */
  readonly scaling?: Scaling;
}

export type SplitRule = SplitByExpression | SplitByFile | SplitAtRandom;

/** A row belongs to the split whose expression is true; rows of no split are dropped, rows of two are an error. */
export interface SplitByExpression {
  readonly by: { readonly train: string; readonly validation: string; readonly test: string };
}

/** Splits that come as files; patterns as in `DataSource.files`, compared with `source_file`. */
export interface SplitByFile {
  readonly files: { readonly train: string; readonly validation?: string; readonly test: string };
  /** Without a validation file: this part of the training rows, chosen by hash; default 0.1. */
  readonly validationFraction?: number;
  readonly seed?: number;
  /** Rows with the same value of this expression stay in one split; default: each row by itself. */
  readonly together?: string;
}

/** A seeded random split, the same on every machine and for every number of threads. */
export interface SplitAtRandom {
  /** Parts that add up to 1. */
  readonly random: { readonly train: number; readonly validation: number; readonly test: number };
  readonly seed?: number;
  /** Rows with the same value of this expression stay in one split; default: each row by itself. */
  readonly together?: string;
}

export interface DataLimits {
  /** At most this many rows of each scenario, chosen by hash before anything is counted. */
  readonly rowsPerScenario?: number;
}

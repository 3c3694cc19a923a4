/** Pairs of user and item numbers, one per interaction: `users[k]` took `items[k]`. No pair stands twice. */
export interface Interactions {
  readonly users: Int32Array;
  readonly items: Int32Array;
}

/** Undirected links between numbers of one kind: users and users, or items and items. Each pair stands once, smaller number first. */
export interface Links {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** Numbers of items and the categories they have (an item may have several, or none). */
export interface Categories {
  readonly items: Int32Array;
  /** Number of a category below `count`, beside its item. */
  readonly categories: Int32Array;
  readonly count: number;
}

/** A data set for top-K recommendation: who took what, split 60/20/20, and what else is known of users and items. */
export interface RankingDataset {
  readonly name: string;
  /** SHA-256 of what the data set was made of: the files and the split's seed, or the generator's options. */
  readonly fingerprint: string;
  /** Users are numbered 0 … users − 1. */
  readonly users: number;
  /** Items are numbered 0 … items − 1. */
  readonly items: number;
  readonly train: Interactions;
  readonly validation: Interactions;
  readonly test: Interactions;
  /** What auxiliary tasks learn from; absent where the data have none. User–user. */
  readonly social?: Links;
  readonly categories?: Categories;
  /** Item–item. */
  readonly coView?: Links;
  /** Item–item. */
  readonly coBuy?: Links;
  /** Values that users gave, of training interactions only. */
  readonly ratings?: { readonly users: Int32Array; readonly items: Int32Array; readonly values: Float32Array };
  /** What was dropped or looks odd, one sentence each. */
  readonly warnings: readonly string[];
}

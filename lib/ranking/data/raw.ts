import type { SourceFile } from '../../data/ingest/fingerprint';

/** What a file calls users, items or categories, one key per line. */
export type Keys = ArrayLike<string | number>;

/** Pairs of keys as a file has them: directed, repeated, of anybody. */
export interface RawLinks {
  readonly first: Keys;
  readonly second: Keys;
}

/** What a reader takes from files, before anything is numbered, dropped or split. */
export interface RawRanking {
  /** Who took what, one entry per line. */
  readonly users: Keys;
  readonly items: Keys;
  /** What the user gave, beside the interaction; on the scale of the source. */
  readonly values?: ArrayLike<number>;
  readonly social?: RawLinks;
  readonly categories?: { readonly items: Keys; readonly categories: Keys };
  readonly coView?: RawLinks;
  readonly coBuy?: RawLinks;
}

/** A published data set and how its files are read. */
export interface RankingSource {
  readonly name: string;
  /** One line: what it is, and its licence. */
  readonly description: string;
  /** How to get the files, for messages. */
  readonly obtain: string;
  /** Per role, the file names that can play it (`*` and `?` allowed); the first one that is there is read. */
  readonly files: Readonly<Record<string, readonly string[]>>;
  /** Reads the files, given by role. */
  readonly read: (files: Readonly<Record<string, SourceFile>>) => Promise<RawRanking>;
}

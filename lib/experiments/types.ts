import type { SplitName } from '../data/types';

/** How well one task of one scenario is predicted. `null` with a reason where a figure is undefined. */
export interface Score {
  readonly scenario: string;
  readonly task: string;
  /** Area under the ROC curve, ties counted half; `null` where the rows are all of one class. */
  readonly auc: number | null;
  /** Mean negative log-likelihood in nats; `null` where there is no row. */
  readonly logLoss: number | null;
  readonly rows: number;
  readonly positives: number;
  /** Why `auc` is undefined. */
  readonly reason?: string;
}

/** What happened in one round of one method with one seed: a line of `rounds.jsonl`. */
export interface RoundRecord {
  readonly method: string;
  readonly seed: number;
  /** 1, 2, … */
  readonly round: number;
  /** Local steps and mean training loss of each client (one client per scenario; one in all for `central`). */
  readonly clients: readonly { readonly client: string; readonly steps: number; readonly loss: number }[];
  readonly validation: readonly Score[];
  /** Macro mean of the defined validation AUCs over scenarios, per task, then over tasks under `mean`. */
  readonly macro: Readonly<Record<string, number | null>>;
  /** Bytes that clients sent and received in this round, all clients together. */
  readonly bytes: { readonly up: number; readonly down: number };
  /** Wall time by phase. */
  readonly seconds: { readonly local: number; readonly aggregate: number; readonly evaluate: number };
  /** What rules report about their work in this round, by parameter group. */
  readonly diagnostics: Readonly<Record<string, unknown>>;
}

/** Final figures of one method and seed: a line of `results.jsonl`. */
export interface ResultLine extends Score {
  readonly method: string;
  readonly seed: number;
  readonly split: SplitName;
  /** Which round was kept: one for all clients, or each client's own best. */
  readonly selection: 'common' | 'per-client';
  /** The round that validation chose. */
  readonly round: number;
  /** Bytes up and down until the last round. */
  readonly bytes: number;
  /** Wall time of all rounds. */
  readonly seconds: number;
}

/** How well one task of one scenario is predicted. `null` with a reason where a figure is undefined. */
export interface Score {
  readonly scenario: string;
  readonly task: string;
  /** Area under the ROC curve, ties counted half; `null` where the rows are all of one class. */
  readonly auc: number | null;
  /** DeLong's standard error of `auc` over rows: another sample of rows, the same model. Absent in files from before it was kept. */
  readonly aucError?: number | null;
  /** Mean negative log-likelihood in nats; `null` where there is no row. */
  readonly logLoss: number | null;
  readonly rows: number;
  readonly positives: number;
  /** Why `auc` is undefined. */
  readonly reason?: string;
}

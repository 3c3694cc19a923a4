import type { Score } from '../metrics/types';
import type { CombinationFigures } from '../multitask/combination';
import type { ClientDiagnostics, RuleDiagnostics } from './diagnostics/types';

/** What happened in one round of one method with one seed: a line of `rounds.jsonl`. */
export interface RoundRecord {
  readonly method: string;
  readonly seed: number;
  /** 1, 2, … */
  readonly round: number;
  /**
   * Local steps and mean cross-entropy of each client (one client per scenario; one in all for `central`), and the
   * value of the alignment term at the end of local training where the plan has one. Of a round in several phases
   * the figures of each stand in `phases`, and `alignment` is that of the last. `combination`: figures of the way in
   * which task gradients are combined, where one is chosen (`weights`, `entropy`, …), as means over the steps.
   */
  readonly clients: readonly {
    readonly client: string;
    readonly steps: number;
    readonly loss: number;
    readonly alignment?: number;
    readonly combination?: CombinationFigures;
    readonly phases?: readonly {
      readonly phase: string;
      readonly steps: number;
      readonly loss: number;
      readonly alignment?: number;
      readonly combination?: CombinationFigures;
    }[];
  }[];
  readonly validation: readonly Score[];
  /** Macro mean of the defined validation AUCs over scenarios, per task, then over tasks under `mean`. */
  readonly macro: Readonly<Record<string, number | null>>;
  /** Bytes that clients sent and received in this round, all clients together. */
  readonly bytes: { readonly up: number; readonly down: number };
  /** Wall time by phase; `diagnostics`: of looking at the clients, where that is switched on. */
  readonly seconds: {
    readonly local: number;
    readonly aggregate: number;
    readonly evaluate: number;
    readonly diagnostics?: number;
  };
  /** What rules report about their work in this round, by parameter group. */
  readonly diagnostics: Readonly<Record<string, RuleDiagnostics>>;
  /** Norms and gates of all clients, with diagnostics `full`. */
  readonly clientDiagnostics?: readonly ClientDiagnostics[];
}

import type { StepPhase } from '../../lib/federated/client';

/** What the ratio of the peer's time to ours should be at least, or our share of a whole at most. */
export type Goal = { readonly ratio: number } | { readonly share: number };

/** Numbers in a file that the peer reads with `array` of peer/shared.py. */
export interface SharedArray {
  readonly file: string;
  readonly type: 'float32' | 'int32' | 'uint8' | 'uint16';
  readonly shape: readonly number[];
}

export type SharedNumbers = Float32Array | Int32Array | Uint8Array | Uint16Array;

/** What a work is prepared with. */
export interface Setting {
  /** Whether a shorter run is wanted. */
  readonly quick: boolean;
  /** For tests: few rows, and tables of as few ids a field. */
  readonly rows?: number;
  /** Hands numbers to the peer; writes nothing where there is no peer. */
  share(name: string, numbers: SharedNumbers, shape?: readonly number[]): SharedArray;
}

/** What the peer is asked for: `prepare(parameters)` of `peer/<module>.py`. */
export interface PeerRequest {
  readonly name: string;
  readonly module: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Numbers by name: a loss, a gradient. */
export type Computed = Readonly<Record<string, ArrayLike<number>>>;

/** Our side of a work, ready to run. */
export interface Prepared {
  /** One run. Where it has phases, it tells when each begins. */
  run(onPhase?: (phase: StepPhase) => void): void | Promise<void>;
  dispose(): void;
  /** The other sides; the fastest one counts. None: ours runs alone. */
  readonly peers: readonly PeerRequest[];
  /** Work of ours that `run` is a part of, for a goal in shares. */
  whole?(): void;
  /** In place of the work's own line, where a shorter run does something else. */
  readonly about?: string;
  /** Figures that belong to the result, such as rows touched by a batch. */
  readonly facts?: Readonly<Record<string, number>>;
}

/** Something that both sides can do. */
export interface Work {
  /** For `--only`: short, without spaces. */
  readonly name: string;
  /** One line for the table. */
  readonly about: string;
  readonly goal?: Goal;
  /** Runs in one timed repeat. */
  readonly runs: number;
  /** Whether `--quick` has it. Default true. */
  readonly quick?: boolean;
  prepare(setting: Setting): Prepared | Promise<Prepared>;
  /** What both sides compute from the same values, without anything random: must agree before times are compared. */
  check?(setting: Setting): Check;
}

/** Our numbers, and the request whose `check(parameters)` gives the peer's. */
export interface Check {
  readonly ours: Computed;
  readonly peer: PeerRequest;
}

/** The levels of {@link DiagnosticsLevel}, from least to most. */
export const diagnosticsLevels = ['none', 'rules', 'full'] as const;

/**
 * How much a round's record says about itself; no number of training depends on it.
 *
 * - `none`: losses, scores, bytes and seconds only.
 * - `rules`: also what the rules of the plan report, by parameter group. It follows from small matrices.
 * - `full`: also every client's norms and gate weights.
 */
export type DiagnosticsLevel = (typeof diagnosticsLevels)[number];

/**
 * What `coordinate` reports about the movements D_i of the clients in one round, expert by expert: how far they
 * conflict, what the common direction U changes about that, and what the clients end up with.
 *
 * Lists `[experts]`, `[experts][clients]` and `[experts][clients][clients]` have the clients in the order of `clients`.
 * A cosine with a movement of length 0, or with a combination whose parts cancel within float32, counts as 0.
 */
export type CoordinateDiagnostics = {
  readonly kind: 'coordinate';
  /** The clients that took part. */
  readonly clients: readonly string[];
  /** cos(D_i, D_j) before coordination, `[experts][clients][clients]`. */
  readonly cosines: readonly (readonly (readonly number[])[])[];
  /** Share of pairs of clients with ⟨D_i, D_j⟩ < 0, over all experts, 0 … 1. */
  readonly conflicting: number;
  /** cos(M_i, M_j) of the movements that the clients end up with, `[experts][clients][clients]`. */
  readonly cosinesAfter: readonly (readonly (readonly number[])[])[];
  /** Share of pairs with ⟨M_i, M_j⟩ < 0, over all experts, 0 … 1. */
  readonly conflictingAfter: number;
  /** cos(D_i, U): how far the common direction goes along with each client, `[experts][clients]`. */
  readonly cosinesWithDirection: readonly (readonly number[])[];
  /** cos(D_i, D̄), the same for the plain mean of the movements, `[experts][clients]`. */
  readonly cosinesWithMean: readonly (readonly number[])[];
  /** Share of clients with cos(D_i, U) < 0, over all experts, 0 … 1. */
  readonly opposedToDirection: number;
  /** Share of clients with cos(D_i, D̄) < 0, over all experts, 0 … 1. */
  readonly opposedToMean: number;
  /** min_i ⟨D_i, U⟩: the client that the direction serves worst, `[experts]`; unit: that of the weights, squared. */
  readonly leastAlignment: readonly number[];
  /** min_i ⟨D_i, D̄⟩, `[experts]`; unit: that of the weights, squared. */
  readonly alignmentOfMean: readonly number[];
  /** ‖U‖, `[experts]`; unit: that of the weights. */
  readonly directionNorm: readonly number[];
  /** ‖D_i‖, `[experts][clients]`; unit: that of the weights. */
  readonly movementNorms: readonly (readonly number[])[];
  /** ‖M_i‖, `[experts][clients]`; unit: that of the weights. */
  readonly movementNormsAfter: readonly (readonly number[])[];
  /** α of each client, one per expert, 0 … 1, as used in this round; absent where the plan has no rates. */
  readonly rates?: Readonly<Record<string, readonly number[]>>;
};

/** What `attend` reports. */
export type AttendDiagnostics = {
  readonly kind: 'attend';
  /** The parameters in the order of the rates. */
  readonly parameters: readonly string[];
  /**
   * β of each client, 0 … 1, as used in this round: one per parameter and task that the client has, the tasks of a
   * parameter together.
   */
  readonly rates: Readonly<Record<string, readonly number[]>>;
};

/**
 * What a rule reports: a {@link CoordinateDiagnostics}, an {@link AttendDiagnostics} (both are types and not interfaces,
 * which could not stand here), or of a rule of your own anything that JSON can hold.
 */
export type RuleDiagnostics = Readonly<Record<string, unknown>>;

/** Whether a rule's report is one of `coordinate`. */
export function isCoordinateDiagnostics(report: RuleDiagnostics): report is CoordinateDiagnostics {
  return report.kind === 'coordinate';
}

/** Whether a rule's report is one of `attend`. */
export function isAttendDiagnostics(report: RuleDiagnostics): report is AttendDiagnostics {
  return report.kind === 'attend';
}

/** What one client looked like in a round. */
export interface ClientDiagnostics {
  readonly client: string;
  /** By parameter group, after local training and before its aggregation; absent where the client sat the round out. */
  readonly norms?: Readonly<Record<string, GroupNorms>>;
  /** By scenario that the client holds, with the model at the end of the round; absent where the model offers no gates. */
  readonly gates?: readonly ScenarioGates[];
}

/** Lengths of a parameter group, all its trainable parameters as one vector; unit: that of the parameters. */
export interface GroupNorms {
  /** ‖p‖ after local training. */
  readonly value: number;
  /** ‖p − p at the start of the round‖: what local training did, before the group was aggregated. */
  readonly movement: number;
}

/** Gates on (at most 1024 evenly spread) validation rows of one scenario. */
export interface ScenarioGates {
  readonly scenario: string;
  readonly tasks: Readonly<Record<string, TaskGates>>;
}

/** Gates of one task. */
export interface TaskGates {
  /** Mean weight of each expert over the rows, `[experts]`; they sum to 1. */
  readonly weights: readonly number[];
  /** Entropy of these mean weights in nats, 0 … ln experts: at 0 the task uses one expert for all rows. */
  readonly entropy: number;
  /**
   * Mean over the rows of the entropy of the row's own weights in nats, 0 … `entropy`: far below `entropy`, the gate
   * sends different rows to different experts; equal to it, the gate does not look at the row.
   */
  readonly rowEntropy: number;
}

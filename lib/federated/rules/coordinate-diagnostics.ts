import type { Gram } from '../../multitask/conflict-averse';
import { combine, cosine, cosineMatrix, inner, lengths } from '../../multitask/gram';
import type { CoordinateDiagnostics } from '../diagnostics/types';

/** What `coordinate` made of the clients' movements in one round. */
export interface Coordination {
  /** The clients that took part. */
  readonly clients: readonly string[];
  /** ⟨D_i, D_j⟩, one matrix per expert. */
  readonly grams: readonly Gram[];
  /** Coefficients of the movements in the common direction U, `[experts][clients]`. */
  readonly directions: readonly (readonly number[])[];
  /** Weights of the clients in the mean. */
  readonly weights: readonly number[];
  /** Coefficients of the movements in what each client ends up with, `[experts][clients][clients]`. */
  readonly taken: readonly (readonly (readonly number[])[])[];
  /** α by client, where there is one. */
  readonly rates?: CoordinateDiagnostics['rates'];
}

/** Conflicts before and after coordination, from the Gram matrices alone. */
export function coordinateDiagnostics(done: Coordination): CoordinateDiagnostics {
  const { clients, grams, directions, weights: mean, taken, rates } = done;
  const after = grams.map((gram, e) => combine(gram, taken[e]));
  const cosinesWith = (direction: (expert: number) => readonly number[]) =>
    grams.map((gram, e) => {
      const together = combine(gram, [...clients.map((_, i) => unit(clients.length, i)), direction(e)]);
      return clients.map((_, i) => cosine(together, i, clients.length));
    });
  const least = (direction: (expert: number) => readonly number[]) =>
    grams.map((gram, e) => Math.min(...gram.map((row) => inner(row, direction(e)))));
  const cosinesWithDirection = cosinesWith((e) => directions[e]);
  const cosinesWithMean = cosinesWith(() => mean);
  return {
    kind: 'coordinate',
    clients,
    cosines: grams.map(cosineMatrix),
    conflicting: negativeShare(grams.flatMap(pairs)),
    cosinesAfter: after.map(cosineMatrix),
    conflictingAfter: negativeShare(after.flatMap(pairs)),
    cosinesWithDirection,
    cosinesWithMean,
    opposedToDirection: negativeShare(cosinesWithDirection.flat()),
    opposedToMean: negativeShare(cosinesWithMean.flat()),
    leastAlignment: least((e) => directions[e]),
    alignmentOfMean: least(() => mean),
    directionNorm: grams.map((gram, e) => lengths(combine(gram, [directions[e]]))[0]),
    movementNorms: grams.map(lengths),
    movementNormsAfter: after.map(lengths),
    ...(rates && { rates }),
  };
}

const unit = (length: number, at: number): number[] => Array.from({ length }, (_, i) => (i === at ? 1 : 0));

/** The entries above the diagonal: one per pair of clients. */
const pairs = (gram: Gram): number[] => gram.flatMap((row, i) => row.slice(i + 1));

const negativeShare = (numbers: readonly number[]): number =>
  numbers.length === 0 ? 0 : numbers.filter((number) => number < 0).length / numbers.length;

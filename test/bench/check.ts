import { BenchError } from './options';
import type { Peer } from './peer';
import type { Check, Computed } from './work';

const TOLERANCE = 1e-4;

/** How far two sides are apart at most, relative to the largest number of each name. */
export interface Agreement {
  readonly work: string;
  readonly difference: number;
  /** Where they are farthest apart. */
  readonly at: string;
}

/** @throws BenchError where names, lengths or numbers differ. */
export function agreement(work: string, ours: Computed, peers: Computed): Agreement {
  let worst: Agreement = { work, difference: 0, at: '' };
  for (const [name, numbers] of Object.entries(ours)) {
    const others = peers[name];
    if (others?.length !== numbers.length) {
      throw new BenchError(
        `${work}: ${name} has ${numbers.length} numbers here and ${others?.length ?? 'none'} there.`,
      );
    }
    const difference = distance(numbers, others);
    if (!(difference <= TOLERANCE)) {
      throw new BenchError(
        `${work}: ${name} differs by ${difference.toExponential(1)} of its largest number, so times cannot be compared.`,
      );
    }
    if (difference >= worst.difference) worst = { work, difference, at: name };
  }
  return worst;
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  let apart = 0;
  for (let i = 0; i < a.length; i++) {
    largest = Math.max(largest, Math.abs(a[i]));
    const difference = Math.abs(a[i] - b[i]);
    // Written so that a number that is none counts as infinitely far.
    if (!(difference <= apart)) apart = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return apart === 0 ? 0 : apart / largest;
}

/** Has the peer compute the same and holds both against each other. */
export async function checkWork(work: string, { ours, peer: request }: Check, peer: Peer): Promise<Agreement> {
  return agreement(work, ours, await peer.check(request));
}

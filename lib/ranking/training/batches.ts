import { permutation, seedAt } from '../../backend/random';
import type { InteractionBatch } from '../tasks';
import type { Interactions } from '../types';

/** All training interactions of one epoch in an order that seed and epoch decide, in batches; the last may be smaller. */
export function* epochBatches(
  { users, items }: Interactions,
  batch: number,
  seed: number,
  epoch: number,
): Generator<InteractionBatch> {
  const order = permutation(users.length, seedAt(seed, 'order', epoch));
  for (let from = 0; from < order.length; from += batch) {
    const numbers = order.subarray(from, from + batch);
    yield { numbers, users: numbers.map((k) => users[k]), items: numbers.map((k) => items[k]) };
  }
}

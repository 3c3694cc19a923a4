import type { Score } from '../metrics/types';
import type { Values } from '../models/parameter';
import { type Client, readValues } from './client';
import { disposeValues, mean } from './evaluate';

/** One common round for all clients, or each client's own best. */
export type SelectionKind = 'common' | 'per-client';

/** The model of one client as it was after the round that validation chose. */
export interface Chosen {
  readonly round: number;
  readonly score: number;
  readonly values: Values;
}

/** The best models so far, by both kinds of selection, one per client. */
export interface Selection {
  readonly [kind: string]: (Chosen | undefined)[];
}

export const emptySelection = (clients: number): Selection => ({
  common: Array(clients).fill(undefined),
  'per-client': Array(clients).fill(undefined),
});

/**
 * Keeps the present models where validation has improved. A tie keeps the earlier round.
 *
 * A client is judged by the mean AUC over its scenarios and tasks; where no AUC is defined, by the mean AUC of all.
 * The kept tensors share their memory with the variables until those change.
 */
export function updateSelection(
  selection: Selection,
  clients: readonly Client[],
  round: number,
  validation: readonly Score[],
): void {
  const common = mean(validation.map(({ auc }) => auc)) ?? 0;
  clients.forEach((client, i) => {
    const own = client.data.scenarios.map(({ name }) => name);
    const scores = validation.filter(({ scenario }) => own.includes(scenario));
    const candidates = { common, 'per-client': mean(scores.map(({ auc }) => auc)) ?? common };
    for (const [kind, score] of Object.entries(candidates)) {
      const best = selection[kind][i];
      if (best && best.score >= score) continue;
      if (best) disposeValues(best.values);
      selection[kind][i] = { round, score, values: readValues(client) };
    }
  });
}

export function disposeSelection(selection: Selection): void {
  for (const kept of Object.values(selection).flat()) if (kept) disposeValues(kept.values);
}

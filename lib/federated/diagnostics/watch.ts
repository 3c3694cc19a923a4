import type { Tensor } from '../../backend/tensorflow';
import type { Batcher } from '../../data/batch';
import { type Client, readValues } from '../client';
import { disposeValues } from '../evaluate';
import { gateWeights } from './gates';
import { groupNorms } from './norms';
import type { ClientDiagnostics, GroupNorms } from './types';

/** Looks at every client in the course of one round. */
export interface Watch {
  /**
   * Local training of some groups is over and nothing of them aggregated yet: measures how far it moved the clients
   * that took part. Of a group that is named in several phases, the first counts.
   */
  trained(groups: (group: string) => boolean): void;
  /** The round is over: looks at the gates of the models that clients end up with, and reports. */
  finished(): readonly ClientDiagnostics[];
  /** Frees what is remembered of a round that does not come to its end. */
  dispose(): void;
}

/**
 * Begins to watch a round, before local training.
 *
 * What a client starts from is remembered on the device until `trained`: once the size of its trainable parameters
 * for each client that takes part.
 *
 * @param participants indices of the clients that take part
 */
export function watchRound(clients: readonly Client[], participants: readonly number[], batches: Batcher): Watch {
  const read = (client: Client): Record<string, Tensor> => ({ ...readValues(client, [...client.slots.keys()]) });
  const start = new Map(participants.map((i) => [i, read(clients[i])]));
  const norms = new Map<number, Readonly<Record<string, GroupNorms>>>();
  return {
    trained(groups) {
      for (const [i, before] of start) {
        const own = clients[i].model.parameters.filter(({ name, group }) => name in before && groups(group));
        const names = own.map(({ name }) => name);
        const after = readValues(clients[i], names);
        norms.set(i, { ...norms.get(i), ...groupNorms(own, before, after) });
        disposeValues(after);
        for (const name of names) {
          before[name].dispose();
          delete before[name];
        }
      }
    },
    finished: () => clients.map((client, i) => reportOf(client, norms.get(i), batches)),
    dispose: () => start.forEach(disposeValues),
  };
}

function reportOf(client: Client, norms: ClientDiagnostics['norms'], batches: Batcher): ClientDiagnostics {
  const report = { client: client.data.name, ...(norms && { norms }) };
  if (!client.model.gates) return report;
  const values = readValues(client);
  const gates = client.data.scenarios.flatMap(({ name, tasks, validation }) => {
    const weights = gateWeights(client.model, values, validation, client.data.tasks, batches);
    if (!weights) return [];
    // A pooled model has gates for every task; a scenario is asked for those of its own.
    return [{ scenario: name, tasks: Object.fromEntries(tasks.map((task) => [task, weights[task]])) }];
  });
  disposeValues(values);
  return { ...report, gates };
}

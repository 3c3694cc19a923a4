import { type AdamOptions, adamDefaults } from '../backend/operations/adam';
import { type Tensor, tf } from '../backend/tensorflow';
import type { Batcher } from '../data/batch';
import type { ClientData } from '../data/pool';
import type { Model } from '../models/model';
import type { Parameter, Values } from '../models/parameter';
import { type CombinationChoice, makeCombination } from '../multitask/combinations';
import { type Alignment, alignmentValue, type Client, localStep } from './client';
import { combining, sumOfFigures } from './combined-gradients';
import { type LocalWork, stepsPerRound } from './local-work';
import { type SharingPlan, sharingOf } from './plan';
import type { RoundRecord } from './record';

/** How clients train, the same for all methods of a table. */
export interface TrainingOptions {
  readonly localWork: LocalWork;
  /** Rows of a batch; a client with fewer rows uses all it has. */
  readonly batch: number;
  /**
   * Share of the clients that take part in a round, drawn anew each time. The others keep their own parameters and
   * still get what everybody gets; its bytes count for those that take part only.
   */
  readonly participation: number;
  readonly optimizer: AdamOptions;
  /** How the gradients of a client's tasks become one; default: by the gradient of the mean of their losses. */
  readonly combine?: CombinationChoice;
}

export const trainingDefaults: TrainingOptions = {
  localWork: { passes: 1 },
  batch: 512,
  participation: 1,
  optimizer: adamDefaults,
};

/** What the alignment term of a plan holds on to: the shared dense parameters as they were received. */
export function alignmentOf(plan: SharingPlan, model: Model, before: Values): Alignment | undefined {
  if (!plan.alignment) return undefined;
  const pulled = model.parameters.filter(
    ({ group, byRows, trainable }) => !byRows && trainable !== false && sharingOf(plan, group) !== null,
  );
  return { lambda: plan.alignment, received: Object.fromEntries(pulled.map(({ name }) => [name, before[name]])) };
}

/** Steps of a client in one round. */
export const localSteps = ({ localWork, batch }: TrainingOptions, { scenarios }: ClientData): number =>
  stepsPerRound(localWork, scenarios, batch);

/** What clients do in one phase, one entry per client. */
export interface LocalPhase {
  readonly steps: readonly number[];
  readonly alignments: readonly (Alignment | undefined)[];
  /** Whether the steps move a parameter. */
  readonly trains: (parameter: Parameter) => boolean;
  /** Number of the round. */
  readonly round: number;
}

/**
 * Local training of all clients, one after another; returns their steps and mean losses.
 *
 * @param rest awaited every tenth of a second between two steps, so that a progress bar, a notebook or Ctrl-C has its turn
 */
export async function trainClients(
  clients: readonly Client[],
  batches: Batcher,
  { batch, optimizer, combine }: TrainingOptions,
  { steps, alignments, trains, round }: LocalPhase,
  rest: () => Promise<void>,
  onProgress: (share: number) => void = () => undefined,
): Promise<RoundRecord['clients'][number][]> {
  const total = steps.reduce((sum, count) => sum + count, 0);
  let done = 0;
  let paused = performance.now();
  const result: RoundRecord['clients'][number][] = [];
  for (const [i, client] of clients.entries()) {
    const size = Math.min(batch, client.data.train.rows);
    const trained = client.model.parameters.filter(trains).map(({ name }) => name);
    const figures = sumOfFigures();
    const how = combine && combining({ method: makeCombination(combine), epoch: round, onFigures: figures.add });
    let sum: Tensor = tf.scalar(0);
    try {
      for (let step = 0; step < steps[i]; step++) {
        const loss = localStep(client, batches, size, optimizer, { alignment: alignments[i], trained, combine: how });
        const next = tf.add(sum, loss);
        tf.dispose([sum, loss]);
        sum = next;
        done++;
        if (performance.now() - paused > 100) {
          onProgress(done / total);
          await rest();
          paused = performance.now();
        }
      }
      const alignment = alignments[i];
      result.push({
        client: client.data.name,
        steps: steps[i],
        loss: sum.dataSync()[0] / steps[i],
        ...(alignment && { alignment: alignmentValue(client, alignment) }),
        ...(figures.seen() && { combination: figures.means() }),
      });
    } finally {
      sum.dispose();
    }
  }
  return result;
}

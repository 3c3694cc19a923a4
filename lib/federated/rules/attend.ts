import { type Tensor, tf } from '../../backend/tensorflow';
import type { Parameter } from '../../models/parameter';
import type { AttendDiagnostics } from '../diagnostics/types';
import { type ClientWeights, clientWeights } from './average';
import { bySlice, fromSlices } from './by-slice';
import { softmax } from './coordinate';
import { type RateOptions, rateDefaults, ratesFrom } from './own-rate';
import { rowCosines } from './row-cosines';
import { hasTask, type Rule, traffic } from './rule';

export interface AttendOptions {
  /** What is compared: cos(d_i, d_j)/τ [choice], or the sibling's ⟨d_i, d_j⟩/√elements, uniform for small updates. */
  readonly similarity: 'cosine' | 'dot';
  readonly temperature: number;
  /** A tower attends to the towers of its task on all clients, or to all towers. */
  readonly over: 'same-task' | 'all';
  /** Whether attention counts clients alike (sibling) or by rows of training data [choice]. */
  readonly weights: ClientWeights;
  /**
   * What a tower makes of it: `rates` before + d_i + β Σ_j att_ij d_j [sibling], in which its own movement counts
   * twice; `others` leaves its own out of the sum [choice]; `interpolated` before + (1 − β) d_i + β Σ_j att_ij d_j
   * [choice].
   */
  readonly personalisation: 'rates' | 'others' | 'interpolated';
  readonly rates: RateOptions;
}

export const attendDefaults: AttendOptions = {
  similarity: 'cosine',
  temperature: 0.5,
  over: 'same-task',
  weights: 'equal',
  personalisation: 'rates',
  rates: rateDefaults,
};

const taskAxis = ({ name, taskAxis: axis }: Parameter): number => {
  if (axis === undefined) throw new Error(`The parameter ${name} has no task axis; this rule works per tower.`);
  return axis;
};

/**
 * Personalised aggregation of the task towers (FedHCA2's decoder step) [sibling], per layer, weights and biases apart.
 *
 * With d_i the movement of one tower in this round: att_ij = softmax_j(similarity of d_i and d_j), and
 * tower_i ← before + d_i + β_i,layer · Σ_j att_ij d_j (or interpolated). β is trained like the experts' α. A client
 * that lacks a task has no tower for it: nobody attends to it, and the report has no rate of it.
 */
export function attend(options: Partial<AttendOptions> = {}): Rule {
  const chosen = { ...attendDefaults, ...options };
  return {
    name: `attend (${chosen.similarity}, ${chosen.over})`,
    missingTasks: true,
    apply(update, state) {
      const { parameters, clients } = update;
      const tasks = parameters[0].shape[taskAxis(parameters[0])];
      const has = clients.map((client) => Array.from({ length: tasks }, (_, task) => hasTask(client, task)));
      const rates = ratesFrom(state, parameters.length * tasks, chosen.rates);
      const cosines = clients.map(() => Array<number>(parameters.length * tasks).fill(0));
      const next: Record<string, Tensor>[] = clients.map(() => ({}));
      const tensors: Record<string, Tensor> = {};
      const weights = clientWeights(clients, chosen.weights);
      const layers = parameters.map((parameter, layer) => {
        const { name } = parameter;
        const all = (values: 'before' | 'after') =>
          bySlice(
            parameter,
            clients.map((client) => client[values][name]),
            taskAxis(parameter),
          );
        const after = all('after');
        const moves = tf.sub(after, all('before'));
        const lasts = clients.map(({ client }) => state?.tensors[`${client}/${name}`]);
        cosinesWith(moves, lasts).forEach((own, i) => {
          cosines[i].splice(layer * tasks, tasks, ...own);
        });
        const taken = attended(moves, has, chosen, weights);
        tf.unstack(taken).forEach((own, i) => {
          tensors[`${clients[i].client}/${name}`] = own;
        });
        return { parameter, after, taken };
      });
      if (state) for (const [i, { client }] of clients.entries()) rates.train(client, cosines[i]);
      layers.forEach(({ parameter, after, taken }, layer) => {
        const beta = clients.map(({ client }) => rates.of(client).slice(layer * tasks, (layer + 1) * tasks));
        const moved = tf.add(after, tf.mul(taken, tf.tensor2d(beta).expandDims(2)));
        fromSlices(parameter, moved, taskAxis(parameter)).forEach((value, i) => {
          next[i][parameter.name] = value;
        });
      });
      return {
        values: next,
        bytes: traffic(update),
        state: { numbers: rates.state(), tensors },
        diagnostics: {
          kind: 'attend',
          parameters: parameters.map(({ name }) => name),
          rates: Object.fromEntries(
            clients.map(({ client }, i) => [client, rates.of(client).filter((_, place) => has[i][place % tasks])]),
          ),
        } satisfies AttendDiagnostics,
      };
    },
  };
}

/** Cosines of the clients' movements `[clients, tasks, elements]` with what they took last; 0 for who took nothing. */
function cosinesWith(moves: Tensor, lasts: readonly (Tensor | undefined)[]): number[][] {
  const [, tasks, elements] = moves.shape;
  const known = [...lasts.keys()].filter((i) => lasts[i]);
  if (known.length === 0) return lasts.map(() => Array<number>(tasks).fill(0));
  const flat = (x: Tensor) => x.reshape([-1, elements]);
  const own = tf.gather(moves, tf.tensor1d(known, 'int32'));
  const found = rowCosines(flat(own), flat(tf.stack(known.map((i) => lasts[i] as Tensor))));
  return lasts.map((_, i) => {
    const place = known.indexOf(i);
    return Array.from({ length: tasks }, (_, task) => (place < 0 ? 0 : found[place * tasks + task]));
  });
}

/**
 * What every tower that there is (`has[client][task]`) is offered beside its own movement: `[clients, tasks, elements]`
 * → the same shape.
 */
function attended(
  moves: Tensor,
  has: readonly (readonly boolean[])[],
  { similarity, temperature, over, personalisation }: AttendOptions,
  weights: readonly number[],
): Tensor {
  const [clients, tasks, elements] = moves.shape;
  // Towers that attend to each other form one row of `sets`: [sets, towers, elements].
  const sets = over === 'all' ? moves.reshape([1, clients * tasks, elements]) : tf.transpose(moves, [1, 0, 2]);
  const grams = tf.matMul(sets, sets, false, true).arraySync() as number[][][];
  const exist = over === 'all' ? [has.flat()] : has[0].map((_, task) => has.map((own) => own[task]));
  // A weight in front of an exponential is its logarithm in the exponent.
  const vote = (tower: number) => Math.log(weights[over === 'all' ? Math.floor(tower / tasks) : tower]);
  const attention = grams.map((gram, set) =>
    gram.map((row, i) => {
      if (!exist[set][i]) return row.map(() => 0);
      return softmax(
        row.map((product, j) => {
          if (!exist[set][j]) return Number.NEGATIVE_INFINITY;
          if (similarity === 'dot') return vote(j) + product / Math.sqrt(elements);
          const scale = Math.sqrt(gram[i][i] * gram[j][j]);
          return vote(j) + (scale > 0 ? product / scale / temperature : 0);
        }),
      );
    }),
  );
  const offered = attention.map((matrix) =>
    matrix.map((row, i) =>
      row.map((value, j) => {
        if (i !== j || personalisation === 'rates') return value;
        return personalisation === 'others' ? 0 : value - 1;
      }),
    ),
  );
  const taken = tf.matMul(tf.tensor3d(offered), sets);
  return over === 'all' ? taken.reshape(moves.shape) : tf.transpose(taken, [1, 0, 2]);
}

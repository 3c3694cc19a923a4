import { type Tensor, type Tensor2D, tf } from '../../backend/tensorflow';
import type { Parameter, Values } from '../../models/parameter';
import type { AttendDiagnostics } from '../diagnostics/types';
import { bySlice, fromSlices } from './by-slice';
import { softmax } from './coordinate';
import { type RateOptions, rateDefaults, ratesFrom } from './own-rate';
import { groupBytes, type Rule } from './rule';

export interface AttendOptions {
  /** What is compared: cos(d_i, d_j)/τ [choice], or the sibling's ⟨d_i, d_j⟩/√elements, uniform for small updates. */
  readonly similarity: 'cosine' | 'dot';
  readonly temperature: number;
  /** A tower attends to the towers of its task on all clients, or to all towers. */
  readonly over: 'same-task' | 'all';
  readonly rates: RateOptions;
}

export const attendDefaults: AttendOptions = {
  similarity: 'cosine',
  temperature: 0.5,
  over: 'same-task',
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
 * tower_i ← before + d_i + β_i,layer · Σ_j att_ij d_j. β is trained like the experts' α.
 */
export function attend(options: Partial<AttendOptions> = {}): Rule {
  const chosen = { ...attendDefaults, ...options };
  return {
    name: `attend (${chosen.similarity}, ${chosen.over})`,
    apply({ parameters, clients }, state) {
      const tasks = parameters[0].shape[taskAxis(parameters[0])];
      const rates = ratesFrom(state, parameters.length * tasks, chosen.rates);
      const cosines = clients.map(() => Array<number>(parameters.length * tasks).fill(0));
      const next: Record<string, Tensor>[] = clients.map(() => ({}));
      const tensors: Record<string, Tensor> = {};
      const layers = parameters.map((parameter, layer) => {
        const flat = (values: Values) => bySlice([parameter], values, taskAxis);
        const after = clients.map((client) => flat(client.after));
        const moves = clients.map((client, i) => tf.sub(after[i], flat(client.before)));
        clients.forEach(({ client }, i) => {
          const last = state?.tensors[`${client}/${parameter.name}`];
          if (last) cosines[i].splice(layer * tasks, tasks, ...rowCosines(moves[i], last));
        });
        const taken = tf.unstack(attended(tf.stack(moves), chosen)); // per client [tasks, elements]
        clients.forEach(({ client }, i) => {
          tensors[`${client}/${parameter.name}`] = taken[i];
        });
        return { parameter, after, taken };
      });
      clients.forEach(({ client }, i) => {
        if (state) rates.train(client, cosines[i]);
        const beta = rates.of(client);
        layers.forEach(({ parameter, after, taken }, layer) => {
          const own = tf.tensor2d(beta.slice(layer * tasks, (layer + 1) * tasks), [tasks, 1]);
          const moved = tf.add(after[i], tf.mul(taken[i], own)) as Tensor2D;
          Object.assign(next[i], fromSlices([parameter], moved, taskAxis));
        });
      });
      const traffic = clients.length * groupBytes(parameters);
      return {
        values: next,
        bytes: { up: traffic, down: traffic },
        state: { numbers: rates.state(), tensors },
        diagnostics: {
          kind: 'attend',
          parameters: parameters.map(({ name }) => name),
          rates: Object.fromEntries(clients.map(({ client }) => [client, rates.of(client)])),
        } satisfies AttendDiagnostics,
      };
    },
  };
}

/** Σ_j att_ij d_j of every tower: `[clients, tasks, elements]` → the same shape. */
function attended(moves: Tensor, { similarity, temperature, over }: AttendOptions): Tensor {
  const [clients, tasks, elements] = moves.shape;
  // Towers that attend to each other form one row of `sets`: [sets, towers, elements].
  const sets = over === 'all' ? moves.reshape([1, clients * tasks, elements]) : tf.transpose(moves, [1, 0, 2]);
  const grams = tf.matMul(sets, sets, false, true).arraySync() as number[][][];
  const attention = grams.map((gram) =>
    gram.map((row, i) =>
      softmax(
        row.map((product, j) => {
          if (similarity === 'dot') return product / Math.sqrt(elements);
          const scale = Math.sqrt(gram[i][i] * gram[j][j]);
          return scale > 0 ? product / scale / temperature : 0;
        }),
      ),
    ),
  );
  const taken = tf.matMul(tf.tensor3d(attention), sets);
  return over === 'all' ? taken.reshape(moves.shape) : tf.transpose(taken, [1, 0, 2]);
}

/** cos of the rows of two matrices `[tasks, elements]`; 0 where a row is all zeros. */
function rowCosines(a: Tensor, b: Tensor): number[] {
  const norms = tf.mul(tf.norm(a, 'euclidean', 1), tf.norm(b, 'euclidean', 1));
  return tf.divNoNan(tf.sum(tf.mul(a, b), 1), norms).arraySync() as number[];
}

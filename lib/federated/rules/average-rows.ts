import { sumOf } from '../../backend/operations/sums';
import { type Tensor, tf } from '../../backend/tensorflow';
import type { Parameter } from '../../models/parameter';
import type { ClientUpdate, GroupUpdate, Rule } from './rule';

/**
 * How the movements of one embedding row on several clients become one.
 *
 * - `touched-mean`: their mean over the clients that touched the row.
 * - `touched-sqrt`: their sum over √(clients that touched the row), the default [choice]: a row that one client knows
 *   moves as that client moved it, and a row that many know moves further than the mean, since the batches of a
 *   round saw it more often than any one client did.
 */
export type RowRule = 'touched-mean' | 'touched-sqrt';

/**
 * Aggregates embedding tables row by row; a row that nobody touched stays.
 *
 * Only touched rows travel: a client sends the rows it touched and receives the rows that anybody touched, each
 * with its number (4 bytes) beside its values.
 */
export function averageRows(rule: RowRule = 'touched-sqrt'): Rule {
  return {
    name: `rows (${rule})`,
    apply(update) {
      const next: Record<string, Tensor> = {};
      const bytes = { up: 0, down: 0 };
      for (const parameter of update.parameters) {
        const { counts, travelled } = touchCounts(parameter, update.clients);
        next[parameter.name] = nextTable(parameter, update, counts, rule);
        const rowBytes = 4 * parameter.shape[1] + 4;
        bytes.up += travelled * rowBytes;
        bytes.down += update.clients.length * counts.filter((count) => count > 0).length * rowBytes;
      }
      return { values: update.clients.map(() => next), common: next, bytes };
    },
  };
}

/** How many clients touched each row, and the sum of that. */
function touchCounts({ name, shape }: Parameter, clients: readonly ClientUpdate[]) {
  const counts = new Float32Array(shape[0]);
  let travelled = 0;
  for (const { touched } of clients) {
    for (const row of touched[name]) counts[row]++;
    travelled += touched[name].length;
  }
  return { counts, travelled };
}

function nextTable({ name, shape }: Parameter, { clients }: GroupUpdate, counts: Float32Array, rule: RowRule): Tensor {
  const divisors = counts.map((count) => (count === 0 ? 1 : rule === 'touched-mean' ? count : Math.sqrt(count)));
  // Tables of different clients are equal outside this round's movements, so any one's `before` is everybody's.
  const before = clients[0].before[name];
  const movements = sumOf(clients.length, (i) => tf.sub(clients[i].after[name], clients[i].before[name]));
  return tf.add(before, tf.div(movements, tf.tensor2d(divisors, [shape[0], 1])));
}

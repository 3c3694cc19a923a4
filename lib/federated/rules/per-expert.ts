import { innerProducts, lengthsAround } from '../../backend/operations/sums';
import { type Tensor, tf } from '../../backend/tensorflow';
import { elements, type Parameter } from '../../models/parameter';

/**
 * Arithmetic on parameters expert by expert, without laying the experts apart: a client's tensor may have tens of
 * megabytes, and a copy of all clients' costs more than what is computed from it.
 */

/** Numbers of all clients that are looked at together: as many as stay near the processor. */
const CHUNK = 2.5e6;

/** The axis that numbers the experts. */
export function expertAxis({ name, expertAxis: axis }: Parameter): number {
  if (axis === undefined) throw new Error(`The parameter ${name} has no expert axis; this rule works per expert.`);
  return axis;
}

/** `x` with every expert's part multiplied by its factor. */
export function scaleExperts(parameter: Parameter, x: Tensor, factors: readonly number[]): Tensor {
  const shape = parameter.shape.map((length, axis) => (axis === expertAxis(parameter) ? length : 1));
  return tf.tidy(() => tf.mul(x, tf.tensor([...factors], shape)));
}

/** Inner products of two tensors, one per expert, `[experts]`. */
export function innerByExpert(parameter: Parameter, x: Tensor, y: Tensor): Tensor {
  return innerProducts(x, y, expertAxis(parameter));
}

/**
 * Sums of all clients' tensors with coefficients of their own for every expert and client
 * (`[experts][clients][clients]`): one tensor per client.
 */
export function mixExperts(
  parameter: Parameter,
  moves: readonly Tensor[],
  coefficients: readonly (readonly (readonly number[])[])[],
): Tensor[] {
  return tf.tidy(() => {
    const [outer, experts, inner] = lengthsAround(parameter.shape, expertAxis(parameter));
    const stacked = tf.stack(moves.map((move) => move.reshape([outer, experts, inner])));
    const byExpert = tf.transpose(stacked, [2, 0, 1, 3]).reshape([experts, moves.length, -1]);
    const mixed = tf.matMul(tf.tensor(coefficients as number[][][]), byExpert);
    const shape = [experts, moves.length, outer, inner];
    return tf.unstack(tf.transpose(mixed.reshape(shape), [1, 2, 0, 3])).map((one) => one.reshape([...parameter.shape]));
  });
}

/** Inner products of all clients' tensors, `[experts][clients][clients]`. */
export function gramsByExpert(parameter: Parameter, moves: readonly Tensor[]): number[][][] {
  const [outer, experts, inner] = lengthsAround(parameter.shape, expertAxis(parameter));
  const count = moves.length;
  return tf.tidy(() => {
    if (outer === 1) return perWholeExpert(moves, experts, inner);
    const size = Math.max(1, Math.floor((CHUNK / count) * (outer / elements(parameter))));
    const chunks = inChunks(moves, [outer, experts, inner], size);
    const parts = chunks.map((chunk) =>
      tf.tidy(() => {
        const rows = tf.transpose(tf.stack(chunk), [2, 0, 1, 3]).reshape([experts, count, -1]);
        return tf.matMul(rows, rows, false, true);
      }),
    );
    return tf.addN(parts).arraySync() as number[][][];
  });
}

/** As {@link gramsByExpert}, where an expert's numbers stand together. */
function perWholeExpert(moves: readonly Tensor[], experts: number, inner: number): number[][][] {
  let pieces = 1; // of an expert
  while ((inner / pieces) * moves.length > CHUNK && (inner / pieces) % 2 === 0) pieces *= 2;
  const chunks = inChunks(moves, [experts * pieces, inner / pieces], 1);
  const parts = chunks.map((chunk) =>
    tf.tidy(() => {
      const rows = tf.concat(chunk);
      return tf.matMul(rows, rows, false, true);
    }),
  );
  const together = tf.stack(parts).reshape([experts, pieces, moves.length, moves.length]);
  return tf.sum(together, 1).arraySync() as number[][][];
}

/** All tensors in a common shape, cut along the first axis: for each cut, the parts of all. The parts share memory. */
function inChunks(tensors: readonly Tensor[], shape: number[], size: number): Tensor[][] {
  const sizes = Array.from({ length: Math.ceil(shape[0] / size) }, (_, i) => Math.min(size, shape[0] - i * size));
  const cut = tensors.map((tensor) => tf.split(tensor.reshape(shape), sizes, 0));
  return sizes.map((_, i) => cut.map((parts) => parts[i]));
}

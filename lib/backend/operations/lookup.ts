import { execute, executeMany, integer } from '../execute';
import { kernelsInUse } from '../kernels';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '../tensorflow';
import { withGradient } from './gradient';

/** Where the ids of a batch stand among the embedding rows that the batch touches. */
export interface Lookup {
  readonly batch: number;
  readonly fields: number;
  /** Number of touched rows. */
  readonly rows: number;
  /** Row of each place, `[batch × fields]`, fields running fastest. */
  readonly positions: Tensor;
  /** First row of each field and the end of the last, `fields + 1` numbers: rows are grouped by field. */
  readonly fieldStarts: readonly number[];
}

/**
 * The input of a model's first layers: rows `[rows, width]` looked up, and `[batch, denseWidth]` behind them. What comes
 * back multiplies it by a weight `[fields × width + denseWidth, units]` → `[batch, units]`, as often as there are
 * layers that read it.
 *
 * Each field goes the shorter of two ways: its vectors are looked up and multiplied, or multiplied and looked up
 * ({@link foldingPays}).
 */
export function fieldInput(rows: Tensor2D, dense: Tensor2D, at: Lookup): (weight: Tensor2D) => Tensor2D {
  const all = Array.from({ length: at.fields }, (_, field) => field);
  const folded = all.filter((field) => foldingPays(at, field, rows.shape[1]));
  const rest = all.filter((field) => !folded.includes(field));
  const looked = lookup(rows, dense, at, rest);
  if (folded.length === 0) return (weight) => tf.matMul(looked, weight);
  return (weight) => foldedLinear(rows, looked, weight, at, folded);
}

/** What {@link fieldInput} computes, in plain TensorFlow.js. */
export function fieldInputPortable(rows: Tensor2D, dense: Tensor2D, at: Lookup): (weight: Tensor2D) => Tensor2D {
  const input = tf.concat([tf.gather(rows, at.positions as Tensor2D).reshape([at.batch, -1]), dense], 1) as Tensor2D;
  return (weight) => tf.matMul(input, weight);
}

/** The fields' numbers and where their rows begin, as the kernels want them. */
const places = (at: Lookup, fields: readonly number[]): Tensor[] => [
  at.positions,
  tf.tensor1d([...at.fieldStarts], 'int32'),
  tf.tensor1d([...fields], 'int32'),
];

/**
 * Vectors of some fields and what stands behind them: `[rows, width]`, `[batch, denseWidth]` →
 * `[batch, fields × width + denseWidth]`.
 *
 * The gradient is `[rows, width]`, the touched rows only, whatever the size of the whole table.
 */
export function lookup(rows: Tensor2D, dense: Tensor2D, at: Lookup, fields: readonly number[]): Tensor2D {
  if (fields.length === 0) return dense;
  if (!kernelsInUse()) return lookupPortable(rows, dense, at, fields);
  const width = rows.shape[1];
  return withGradient(
    [rows, dense],
    (rows, dense) => ({ value: execute('PfLookup', [], [rows, ...places(at, fields), dense]), kept: [dense] }),
    (dy, [dense]) => executeMany('PfLookupGradient', [integer('width', width)], [dy, ...places(at, fields), dense], 2),
  ) as Tensor2D;
}

/** What {@link lookup} computes, in plain TensorFlow.js. */
export function lookupPortable(rows: Tensor2D, dense: Tensor2D, at: Lookup, fields: readonly number[]): Tensor2D {
  const vectors = tf.gather(rows, positionsOf(at, fields).flatten()).reshape([at.batch, -1]);
  return tf.concat([vectors, dense], 1) as Tensor2D;
}

/** `[batch, fields]` */
const positionsOf = (at: Lookup, fields: readonly number[]): Tensor =>
  tf.gather(at.positions.reshape([at.batch, at.fields]), tf.tensor1d([...fields], 'int32'), 1);

/**
 * Vectors of the folded fields, and the rest of the input `looked`, times a weight with all inputs in their order:
 * `[rows, width]`, `[batch, any]`, `[fields × width + denseWidth, units]` → `[batch, units]`.
 *
 * Each touched row is multiplied by its field's part of the weight once, and the products are summed per batch row.
 * That saves a factor of (batch × fields / touched rows) multiplications.
 */
export function foldedLinear(
  rows: Tensor2D,
  looked: Tensor2D,
  weight: Tensor2D,
  at: Lookup,
  folded: readonly number[],
): Tensor2D {
  const width = rows.shape[1];
  const ofField = (x: Tensor, field: number) => {
    const [start, end] = [at.fieldStarts[field], at.fieldStarts[field + 1]];
    return tf.slice(x as Tensor2D, [start, 0], [end - start, width]);
  };
  const blocks = weightBlocks(width, weight.shape[0], folded);
  const block = (w: Tensor, [from, length]: Block) =>
    tf.slice(w as Tensor2D, [from, 0], [length, w.shape[1] as number]);
  const rest = blocks.filter(({ field }) => field === undefined);
  const restOf = (w: Tensor) => tf.concat(rest.map(({ at }) => block(w, at)));
  const weightOf = (w: Tensor, field: number) => block(w, [field * width, width]);

  return withGradient(
    [rows, looked, weight],
    (x, looked, w) => {
      const products = folded.map((field) => tf.matMul(ofField(x, field), weightOf(w, field)));
      return { value: fieldSum(products, tf.matMul(looked as Tensor2D, restOf(w)), at, folded), kept: [x, looked, w] };
    },
    (dy, [x, looked, w], letGo) => {
      const products = fieldSumGradient(dy, at, folded);
      const ofRest = tf.matMul(looked as Tensor2D, dy as Tensor2D, true, false);
      const ofLooked = tf.matMul(dy as Tensor2D, restOf(w), false, true);
      letGo();
      const ofWeights = folded.map((field, i) => tf.matMul(ofField(x, field), products[i], true, false));
      const ofRows = Array.from({ length: at.fields }, (_, field) => {
        const i = folded.indexOf(field);
        if (i >= 0) return tf.matMul(products[i], weightOf(w, field), false, true);
        return tf.zeros([at.fieldStarts[field + 1] - at.fieldStarts[field], width]);
      });
      let used = 0;
      const parts = blocks.map(({ at: [, length], field }) => {
        if (field !== undefined) return ofWeights[folded.indexOf(field)];
        used += length;
        return block(ofRest, [used - length, length]);
      });
      return [tf.concat(ofRows), ofLooked, tf.concat(parts)];
    },
  ) as Tensor2D;
}

/** First row and number of rows. */
type Block = readonly [number, number];

/** The rows of a weight cut into those of each folded field and what stands between them (`field` undefined). */
function weightBlocks(width: number, inputs: number, folded: readonly number[]) {
  const blocks: { at: Block; field?: number }[] = [];
  let end = 0;
  for (const field of folded) {
    if (field * width > end) blocks.push({ at: [end, field * width - end] });
    blocks.push({ at: [field * width, width], field });
    end = (field + 1) * width;
  }
  blocks.push({ at: [end, inputs - end] }); // may be empty
  return blocks;
}

/** `start` and, for every batch row, the sum of its rows in the products of the given fields: → `[batch, units]`. */
function fieldSum(products: Tensor[], start: Tensor, at: Lookup, fields: readonly number[]): Tensor {
  if (kernelsInUse()) {
    return execute('PfFieldSum', [integer('N', fields.length)], [...products, ...places(at, fields), start]);
  }
  const chosen = tf.gather(tf.concat(products), rowsAmong(at, fields));
  return tf.add(start, tf.sum(chosen.reshape([at.batch, fields.length, -1]), 1));
}

/** Gradients of the products, field by field. */
function fieldSumGradient(dy: Tensor, at: Lookup, fields: readonly number[]): Tensor[] {
  if (kernelsInUse()) {
    const attributes = [integer('N', fields.length)];
    return executeMany('PfFieldSumGradient', attributes, [dy, ...places(at, fields)], fields.length);
  }
  const sizes = fields.map((field) => at.fieldStarts[field + 1] - at.fieldStarts[field]);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const repeated = tf.tile(tf.expandDims(dy, 1), [1, fields.length, 1]).reshape([at.batch * fields.length, -1]);
  return tf.split(tf.unsortedSegmentSum(repeated, rowsAmong(at, fields), total), sizes);
}

/** Row of each place among the rows of the given fields only, `[batch × fields]`. */
function rowsAmong(at: Lookup, fields: readonly number[]): Tensor1D {
  let before = 0;
  const shift = fields.map((field) => {
    const shifted = before - at.fieldStarts[field];
    before += at.fieldStarts[field + 1] - at.fieldStarts[field];
    return shifted;
  });
  return tf.add(positionsOf(at, fields), tf.tensor1d(shift, 'int32')).flatten();
}

/**
 * Whether folding beats looking up and multiplying, for one field.
 *
 * Folding multiplies per touched row instead of per place, and adds one number from memory per place and unit. Such
 * an addition costs about as much as 24 multiplications, and a multiplication in many small products 1.3 times one
 * in a large product (two x86-64 cores, `npm run bench -- folding`).
 */
export function foldingPays({ batch, fieldStarts }: Lookup, field: number, width: number): boolean {
  return batch * (width - 24) > 1.3 * (fieldStarts[field + 1] - fieldStarts[field]) * width;
}

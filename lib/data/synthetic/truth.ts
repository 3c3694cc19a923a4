import { seedAt } from '../../backend/random';
import { type Draws, drawsFrom } from './draws';
import { FIELD_SIZES, NUMBER_COUNT, type RawInputs } from './inputs';

/** Share of the variance that each part of a truth contributes. */
const PARTS = { linear: 0.4, values: 0.3, bends: 0.2, interactions: 0.1 };
const LINEAR_NUMBERS = 24;
const EFFECTIVE_FIELDS = [0, 1, 4, 5, 6, 8, 13, 15];
const BENDS = 3;
const INTERACTIONS = 3;

/**
 * A random function of the inputs, named by its place in the seed tree: linear in some numbers, an effect per value of
 * some fields, bent sums (tanh), and slopes that depend on a field's value.
 * @returns One figure per row with mean 0 and deviation 1 over the first `trainRows` rows.
 */
export function truth(seed: number, path: readonly string[], inputs: RawInputs, trainRows: number): Float64Array {
  const draws = drawsFrom(seedAt(seed, 'truth', ...path));
  const parts: [number, Float64Array][] = [
    [PARTS.linear, linear(draws, inputs)],
    [PARTS.values, valueEffects(draws, inputs)],
    [PARTS.bends, bends(draws, inputs)],
    [PARTS.interactions, interactions(draws, inputs)],
  ];
  const total = new Float64Array(inputs.rows);
  for (const [share, part] of parts) {
    standardise(part, trainRows);
    const weight = Math.sqrt(share);
    for (let i = 0; i < total.length; i++) total[i] += weight * part[i];
  }
  return standardise(total, trainRows);
}

/** Sum of columns with weights, `Σ weight · column`, each weight given with its column. */
export function blend(parts: readonly (readonly [number, Float64Array])[]): Float64Array {
  const total = new Float64Array(parts[0][1].length);
  for (const [weight, column] of parts) {
    if (weight === 0) continue;
    for (let i = 0; i < total.length; i++) total[i] += weight * column[i];
  }
  return total;
}

/** Shifts and scales a column in place to mean 0 and deviation 1 over its first `rows` rows. */
export function standardise(column: Float64Array, rows: number): Float64Array {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < rows; i++) {
    sum += column[i];
    squares += column[i] * column[i];
  }
  const mean = sum / rows;
  const deviation = Math.sqrt(Math.max(0, squares / rows - mean * mean)) || 1;
  for (let i = 0; i < column.length; i++) column[i] = (column[i] - mean) / deviation;
  return column;
}

function pickNumber(draws: Draws): number {
  return Math.floor(draws.uniform() * NUMBER_COUNT);
}

function addNumber(total: Float64Array, column: Float32Array, weight: number): void {
  for (let i = 0; i < total.length; i++) total[i] += weight * column[i];
}

function linear(draws: Draws, { rows, numbers }: RawInputs): Float64Array {
  const total = new Float64Array(rows);
  for (let k = 0; k < LINEAR_NUMBERS; k++) addNumber(total, numbers[pickNumber(draws)], draws.normal());
  return total;
}

function valueEffects(draws: Draws, { rows, values }: RawInputs): Float64Array {
  const total = new Float64Array(rows);
  for (const field of EFFECTIVE_FIELDS) {
    const effects = Float64Array.from({ length: FIELD_SIZES[field] }, () => draws.normal());
    const column = values[field];
    for (let i = 0; i < rows; i++) total[i] += effects[column[i]];
  }
  return total;
}

function bends(draws: Draws, { rows, numbers }: RawInputs): Float64Array {
  const total = new Float64Array(rows);
  for (let k = 0; k < BENDS; k++) {
    const sum = new Float64Array(rows);
    for (let n = 0; n < 3; n++) addNumber(sum, numbers[pickNumber(draws)], draws.normal());
    const sign = k % 2 === 0 ? 1 : -1;
    for (let i = 0; i < rows; i++) total[i] += sign * Math.tanh(1.5 * sum[i] - 0.5);
  }
  return total;
}

function interactions(draws: Draws, { rows, values, numbers }: RawInputs): Float64Array {
  const total = new Float64Array(rows);
  for (let k = 0; k < INTERACTIONS; k++) {
    const field = EFFECTIVE_FIELDS[Math.floor(draws.uniform() * EFFECTIVE_FIELDS.length)];
    const slopes = Float64Array.from({ length: FIELD_SIZES[field] }, () => draws.normal());
    const column = numbers[pickNumber(draws)];
    const ids = values[field];
    for (let i = 0; i < rows; i++) total[i] += slopes[ids[i]] * column[i];
  }
  return total;
}

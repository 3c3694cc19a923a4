import { seedAt } from '../../backend/random';
import { type Draws, drawsFrom } from './draws';

/** Number of values of each categorical field: a few wide ones and many flags, as in the AliExpress logs. */
export const FIELD_SIZES: readonly number[] = [12, 6, 2, 2, 24, 8, 50, 2, 10, 4, 3, 2, 2, 5, 2, 32];
export const NUMBER_COUNT = 63;
const FACTORS = 8;

/** The inputs of one scenario, before any encoding; all splits one after the other. */
export interface RawInputs {
  readonly rows: number;
  /** One column of values `0 … size - 1` per categorical field. */
  readonly values: readonly Uint8Array[];
  /** One column per numerical field, about mean 0 and deviation 1: what the labels depend on. */
  readonly numbers: readonly Float32Array[];
}

/**
 * Draws the inputs of one scenario. The numbers are correlated through a few common factors and come in three shapes:
 * symmetric, with a long tail, and zero for half of the rows.
 */
export function drawInputs(seed: number, scenario: string, rows: number): RawInputs {
  const values = drawValues(drawsFrom(seedAt(seed, 'inputs', scenario, 'values')), rows);
  const draws = drawsFrom(seedAt(seed, 'inputs', scenario, 'numbers'));
  const loadings = drawLoadings(drawsFrom(seedAt(seed, 'inputs', 'loadings')));
  const numbers = Array.from({ length: NUMBER_COUNT }, () => new Float32Array(rows));
  const factors = new Float64Array(FACTORS);
  for (let i = 0; i < rows; i++) {
    for (let f = 0; f < FACTORS; f++) factors[f] = draws.normal();
    for (let j = 0; j < NUMBER_COUNT; j++) {
      const { first, second, weight } = loadings[j];
      const common = (factors[first] + factors[second]) * Math.SQRT1_2;
      numbers[j][i] = shaped(j, weight * common + Math.sqrt(1 - weight * weight) * draws.normal());
    }
  }
  return { rows, values, numbers };
}

/**
 * Scale and offset of every number as this scenario records it; `inputShift` 0 leaves them as they are. The labels do
 * not change with it: only the units do.
 */
export function shiftInputs(
  seed: number,
  scenario: string,
  numbers: readonly Float32Array[],
  inputShift: number,
): void {
  const draws = drawsFrom(seedAt(seed, 'shift', scenario));
  for (const column of numbers) {
    const scale = Math.exp(0.7 * inputShift * draws.normal());
    const offset = 2 * inputShift * draws.normal();
    for (let i = 0; i < column.length; i++) column[i] = column[i] * scale + offset;
  }
}

interface Loading {
  readonly first: number;
  readonly second: number;
  readonly weight: number;
}

function drawLoadings(draws: Draws): Loading[] {
  return Array.from({ length: NUMBER_COUNT }, () => {
    const first = Math.floor(draws.uniform() * FACTORS);
    const second = (first + 1 + Math.floor(draws.uniform() * (FACTORS - 1))) % FACTORS;
    return { first, second, weight: 0.3 + 0.5 * draws.uniform() };
  });
}

/** A normal number bent into the shape of column `j`, at about mean 0 and deviation 1 again. */
function shaped(j: number, value: number): number {
  if (j % 3 === 1) return (Math.exp(0.5 * value) - 1.1331) / 0.6039;
  return j % 3 === 2 ? (Math.max(0, value) - 0.3989) / 0.5838 : value;
}

function drawValues(draws: Draws, rows: number): Uint8Array[] {
  return FIELD_SIZES.map((size) => {
    // Frequencies fall like those of words: the r-th value has weight 1 / r.
    const bounds = new Float64Array(size);
    let total = 0;
    for (let r = 0; r < size; r++) bounds[r] = total += 1 / (r + 1);
    const column = new Uint8Array(rows);
    for (let i = 0; i < rows; i++) {
      const at = draws.uniform() * total;
      let r = 0;
      while (r < size - 1 && bounds[r] <= at) r++;
      column[i] = r;
    }
    return column;
  });
}

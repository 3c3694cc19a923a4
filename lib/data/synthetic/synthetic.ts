import { seedAt } from '../../backend/random';
import { auc } from '../../metrics/auc';
import { checkOptionNames, DataError, hint } from '../error';
import { canonical, digest } from '../ingest/fingerprint';
import type { Dataset, Split } from '../types';
import { drawsFrom } from './draws';
import { encodeInputs } from './encode';
import { drawInputs, type RawInputs, shiftInputs } from './inputs';
import { blend, standardise, truth } from './truth';

/** What the generated data are like. Each dial goes from 0 to 1. */
export interface SyntheticOptions {
  /** Same seed, same data; default 1. */
  readonly seed?: number;
  /** Multiplies the number of rows; default 1, which is 60,000 training rows. */
  readonly scale?: number;
  /** Training rows of NL, ES, FR and US, before `scale`; default 24,000, 18,000, 12,000 and 6,000. */
  readonly rowsPerScenario?: readonly number[];
  /**
   * How far the scenarios disagree on what makes a click: the weight of a scenario's own reasons beside the shared
   * ones. 0 the same everywhere, 1 unrelated (any two correlate by 1 - conflict²); default 0.3.
   */
  readonly scenarioConflict?: number;
  /** How far buying disagrees with clicking: 0 the same reasons, 0.5 unrelated ones, 1 opposite; default 0.3. */
  readonly taskConflict?: number;
  /** How far the scenarios record numbers in units of their own (scale and offset); default 0.3. */
  readonly inputShift?: number;
  /** Scenarios without the task conversion, such as `['US']`; their clicks stay what they are. Default none. */
  readonly clicksOnly?: readonly string[];
}

const countries = [
  { name: 'NL', rows: 24_000, clickRate: 0.06, buyRate: 0.3 },
  { name: 'ES', rows: 18_000, clickRate: 0.1, buyRate: 0.25 },
  { name: 'FR', rows: 12_000, clickRate: 0.04, buyRate: 0.35 },
  { name: 'US', rows: 6_000, clickRate: 0.08, buyRate: 0.25 },
];
/** Deviation of the log-odds: what makes the best possible AUC of a click about .78. */
const CLICK_STRENGTH = 1.15;
const BUY_STRENGTH = 1;
const defaults = {
  seed: 1,
  scale: 1,
  rowsPerScenario: countries.map(({ rows }) => rows),
  scenarioConflict: 0.3,
  taskConflict: 0.3,
  inputShift: 0.3,
  clicksOnly: [],
};

/**
 * Makes a data set in the shape of the AliExpress logs (16 categorical and 63 numerical fields, four countries, click
 * and conversion) from a known truth, with the best AUC that any model can reach on the test split (`bayesAuc`).
 * Validation and test have a quarter and a third as many rows as training.
 * @throws DataError when an option is unknown or outside its range.
 */
export function synthetic(options: SyntheticOptions = {}): Dataset {
  const { clicksOnly, ...chosen } = checked(options);
  const sizes = chosen.rowsPerScenario.map((rows) => sizesOf(Math.round(rows * chosen.scale)));
  const made = countries.map((country, s) => {
    const rows = sizes[s].train + sizes[s].validation + sizes[s].test;
    const inputs = drawInputs(chosen.seed, country.name, rows);
    const outcome = drawOutcome(chosen, s, inputs, sizes[s].train);
    shiftInputs(chosen.seed, country.name, inputs.numbers, chosen.inputShift);
    return { inputs, ...outcome };
  });
  const { categorical, numerical, encoded } = encodeInputs(
    made.map(({ inputs }) => inputs),
    sizes.map(({ train }) => train),
  );
  return {
    name: 'synthetic',
    fingerprint: digest(canonical({ generator: 1, ...chosen, ...(clicksOnly.length > 0 && { clicksOnly }) })),
    tasks: ['click', 'conversion'],
    categorical,
    numerical,
    scenarios: countries.map(({ name }, s) => {
      const { train, validation, test } = sizes[s];
      const own = clicksOnly.includes(name) ? ['click'] : undefined;
      const columns = { ...encoded[s], labels: own ? made[s].labels.slice(0, 1) : made[s].labels };
      return {
        name,
        ...(own && { tasks: own }),
        splits: {
          train: cut(columns, 0, train),
          validation: cut(columns, train, validation),
          test: cut(columns, train + validation, test),
        },
      };
    }),
    warnings: [],
    bayesAuc: made.map(({ labels, chances }, s) => {
      const from = sizes[s].train + sizes[s].validation;
      const lacks = (t: number) => t > 0 && clicksOnly.includes(countries[s].name);
      return chances.map((chance, t) => (lacks(t) ? null : auc(chance.subarray(from), labels[t].subarray(from)).auc));
    }),
  };
}

function checked(options: SyntheticOptions): Required<SyntheticOptions> {
  checkOptionNames('synthetic', options, Object.keys(defaults));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const chosen = { ...defaults, ...Object.fromEntries(given) } as Required<SyntheticOptions>;
  for (const dial of ['scenarioConflict', 'taskConflict', 'inputShift'] as const) {
    if (chosen[dial] >= 0 && chosen[dial] <= 1) continue;
    throw new DataError(`synthetic: ${dial} is ${chosen[dial]}, but goes from 0 to 1`);
  }
  const { rowsPerScenario, scale, seed, clicksOnly } = chosen;
  const names = countries.map(({ name }) => name);
  const unknown = clicksOnly.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new DataError(`synthetic: clicksOnly names no scenario "${unknown}"; ${hint(unknown, names)}`);
  }
  if (names.every((name) => clicksOnly.includes(name))) {
    throw new DataError('synthetic: clicksOnly names all scenarios, so nobody has the task conversion');
  }
  if (!Number.isInteger(seed)) throw new DataError(`synthetic: seed is ${seed}, but must be an integer`);
  if (rowsPerScenario.length === 4 && rowsPerScenario.every((rows) => rows * scale >= 10)) return chosen;
  throw new DataError('synthetic: rowsPerScenario needs four numbers, and each times scale must be at least 10');
}

function sizesOf(train: number) {
  return { train, validation: Math.ceil(train / 4), test: Math.ceil(train / 3) };
}

/** Labels and their true probabilities, per task. */
function drawOutcome(
  options: Omit<Required<SyntheticOptions>, 'clicksOnly'>,
  s: number,
  inputs: RawInputs,
  trainRows: number,
) {
  const { seed, scenarioConflict, taskConflict } = options;
  const { name, clickRate, buyRate } = countries[s];
  const reasons = (task: string) =>
    blend([
      [Math.sqrt(1 - scenarioConflict * scenarioConflict), truth(seed, [task, 'shared'], inputs, trainRows)],
      [scenarioConflict, truth(seed, [task, name], inputs, trainRows)],
    ]);
  const click = standardise(reasons('click'), trainRows);
  const agreement = 1 - 2 * taskConflict;
  const buy = standardise(
    blend([
      [agreement, click],
      [Math.sqrt(1 - agreement * agreement), standardise(reasons('buy'), trainRows)],
    ]),
    trainRows,
  );
  const clickChance = chancesAt(click, CLICK_STRENGTH, clickRate, trainRows);
  const buyChance = chancesAt(buy, BUY_STRENGTH, buyRate, trainRows, clickChance);
  const conversionChance = clickChance.map((chance, i) => chance * buyChance[i]);
  const draws = drawsFrom(seedAt(seed, 'labels', name));
  const clicks = new Uint8Array(inputs.rows);
  const conversions = new Uint8Array(inputs.rows);
  for (let i = 0; i < inputs.rows; i++) {
    const [forClick, forBuy] = [draws.uniform(), draws.uniform()];
    clicks[i] = forClick < clickChance[i] ? 1 : 0;
    conversions[i] = clicks[i] === 1 && forBuy < buyChance[i] ? 1 : 0;
  }
  return { labels: [clicks, conversions], chances: [clickChance, conversionChance] };
}

/** Probabilities `sigmoid(bias + strength · reason)`, the bias such that their (weighted) training mean is `rate`. */
function chancesAt(reason: Float64Array, strength: number, rate: number, trainRows: number, weights?: Float64Array) {
  let low = -20;
  let high = 20;
  for (let step = 0; step < 40; step++) {
    const bias = (low + high) / 2;
    let sum = 0;
    let total = 0;
    for (let i = 0; i < trainRows; i++) {
      const weight = weights?.[i] ?? 1;
      sum += weight / (1 + Math.exp(-bias - strength * reason[i]));
      total += weight;
    }
    if (sum / total < rate) low = bias;
    else high = bias;
  }
  return reason.map((value) => 1 / (1 + Math.exp(-low - strength * value)));
}

type Columns = Pick<Split, 'ids' | 'numbers' | 'labels'>;

function cut({ ids, numbers, labels }: Columns, from: number, rows: number): Split {
  const part = <T extends Uint8Array | Uint16Array | Int32Array | Float32Array>(column: T) =>
    column.subarray(from, from + rows) as T;
  return { rows, ids: ids.map(part), numbers: numbers.map(part), labels: labels.map(part) };
}

import { seedAt } from '../../backend/random';
import { auc } from '../../metrics/auc';
import { labelsOf, tasksOf } from '../tasks';
import type { Dataset, IdColumn, ScenarioData } from '../types';

/** A field alone that orders the rows better than this is more likely a leaked label than a good feature. */
const SUSPICIOUS = 0.95;
const SAMPLE = 20_000;
/** Fewer rows of a class say nothing about an AUC. */
const LEAST_OF_CLASS = 20;

/**
 * Looks for single fields that give a label away on the training rows of all scenarios.
 * @returns One warning per field and task whose AUC exceeds .95 (or, for numbers, is below .05).
 */
export function suspiciousFields(dataset: Dataset): string[] {
  const warnings: string[] = [];
  for (const task of dataset.tasks) {
    const having = dataset.scenarios.filter((scenario) => tasksOf(dataset, scenario).includes(task));
    const rows = sampleRows(having);
    const labels = gather(having, rows, (s) => labelsOf(dataset, s, 'train', task)!, new Uint8Array(rows.count));
    let positives = 0;
    for (const label of labels) positives += label;
    if (Math.min(positives, rows.count - positives) < LEAST_OF_CLASS) continue;
    const report = (name: string, value: number | null) => {
      if (value === null || (value <= SUSPICIOUS && value >= 1 - SUSPICIOUS)) return;
      warnings.push(
        `field "${name}" alone predicts ${task} with AUC ${value.toFixed(3)} on the training rows; is it known before the label?`,
      );
    };
    for (const [k, field] of dataset.categorical.entries()) {
      const ids = gather(having, rows, ({ splits }) => splits.train.ids[k], new Int32Array(rows.count));
      report(field.name, heldOutAuc(ids, labels, field.size));
    }
    for (const [k, field] of dataset.numerical.entries()) {
      const numbers = gather(having, rows, ({ splits }) => splits.train.numbers[k], new Float32Array(rows.count));
      report(field.name, auc(numbers, labels).auc);
    }
  }
  return warnings;
}

interface Sample {
  readonly count: number;
  /** Chosen rows of each scenario's training split. */
  readonly chosen: readonly Int32Array[];
}

function sampleRows(scenarios: readonly ScenarioData[]): Sample {
  const total = scenarios.reduce((sum, { splits }) => sum + splits.train.rows, 0);
  const step = Math.max(1, total / SAMPLE);
  const chosen = scenarios.map(({ splits }) => {
    const count = Math.floor((splits.train.rows - 1) / step) + 1;
    return Int32Array.from({ length: splits.train.rows === 0 ? 0 : count }, (_, i) => Math.floor(i * step));
  });
  return { count: chosen.reduce((sum, rows) => sum + rows.length, 0), chosen };
}

function gather<T extends Uint8Array | Int32Array | Float32Array>(
  scenarios: readonly ScenarioData[],
  rows: Sample,
  column: (scenario: ScenarioData) => IdColumn | Float32Array,
  into: T,
): T {
  let at = 0;
  for (const [s, scenario] of scenarios.entries()) {
    const from = column(scenario);
    for (const row of rows.chosen[s]) into[at++] = from[row];
  }
  return into;
}

/**
 * AUC of an id's label rate, each half of the rows judged by the rates of the other half: rates of a row's own label
 * would make every rare id look like a leak.
 */
function heldOutAuc(ids: Int32Array, labels: Uint8Array, size: number): number | null {
  const half = new Uint8Array(ids.length);
  for (let i = 0; i < half.length; i++) half[i] = mix(i) & 1;
  const counts = [0, 1].map(() => [new Float64Array(size), new Float64Array(size)]);
  const totals = [new Float64Array(2), new Float64Array(2)];
  for (let i = 0; i < ids.length; i++) {
    counts[half[i]][labels[i]][ids[i]]++;
    totals[half[i]][labels[i]]++;
  }
  let sum = 0;
  for (const [own, other] of [
    [0, 1],
    [1, 0],
  ]) {
    const value = groupedAuc(counts[own], totals[own], counts[other], totals[other]);
    if (value === null) return null;
    sum += value / 2;
  }
  return sum;
}

/** AUC when all rows of an id share one score: the other half's rate, drawn towards the overall rate by one row. */
function groupedAuc(
  own: Float64Array[],
  ownTotal: Float64Array,
  other: Float64Array[],
  otherTotal: Float64Array,
): number | null {
  if (ownTotal[0] === 0 || ownTotal[1] === 0) return null;
  const overall = otherTotal[1] / (otherTotal[0] + otherTotal[1]);
  const rates = new Float64Array(own[0].length);
  for (let id = 0; id < rates.length; id++) rates[id] = (other[1][id] + overall) / (other[0][id] + other[1][id] + 1);
  const order = Array.from(rates.keys())
    .filter((id) => own[0][id] + own[1][id] > 0)
    .sort((a, b) => rates[a] - rates[b]);
  let negativesBelow = 0;
  let pairs = 0;
  for (let i = 0; i < order.length; ) {
    let negatives = 0;
    let positives = 0;
    const rate = rates[order[i]];
    for (; i < order.length && rates[order[i]] === rate; i++) {
      negatives += own[0][order[i]];
      positives += own[1][order[i]];
    }
    pairs += positives * (negativesBelow + negatives / 2);
    negativesBelow += negatives;
  }
  return pairs / (ownTotal[0] * ownTotal[1]);
}

const salt = seedAt(1, 'leak-check');

/** Spreads consecutive row numbers evenly over 32 bits. */
function mix(row: number): number {
  let value = Math.imul(row + salt, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

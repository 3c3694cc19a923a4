import { groupedLinear } from '../backend/operations/grouped-linear';
import { foldedLinear, foldingPays, lookup } from '../backend/operations/lookup';
import { type Tensor, type Tensor2D, tf } from '../backend/tensorflow';
import { mixture, normParameters, normReluLayer } from './layers';
import type { DataShape, Inputs, Model, Pass } from './model';
import { linearStart, type Parameter, type Values, xavierStart } from './parameter';

export interface MmoeSizes {
  /** Width of a field vector. */
  readonly embedding: number;
  readonly experts: number;
  /** Units of each expert layer. */
  readonly expertLayers: readonly number[];
  /** Units of each hidden tower layer; one logit follows. */
  readonly towerLayers: readonly number[];
  /** Share of hidden units dropped in training. */
  readonly dropout: number;
}

/** Sizes by name: `published` as in the public AliExpress benchmark, `small` for a laptop. */
export const mmoeSizes = {
  published: { embedding: 128, experts: 8, expertLayers: [512, 256], towerLayers: [128, 64], dropout: 0.2 },
  small: { embedding: 16, experts: 8, expertLayers: [64, 32], towerLayers: [32, 16], dropout: 0.2 },
} as const satisfies Record<string, MmoeSizes>;

/**
 * Multi-gate mixture of experts (Ma et al., KDD 2018), the client model of PF-MSMTrec [paper].
 *
 * Ids are looked up in one table; numbers pass one linear layer to one more field vector; the concatenation feeds
 * every expert and one softmax gate per task; each task has a tower with one logit. Layer pattern
 * Linear-BatchNorm-ReLU-Dropout. Sizes and layer pattern follow the public benchmark code; the tensors of all
 * experts (towers) are stacked along `expertAxis` (`taskAxis`), so one operation serves them all.
 */
export function mmoe(data: DataShape, sizes: MmoeSizes): Model {
  const tasks = data.tasks.length;
  const inputs = data.fieldSizes.length * sizes.embedding + (data.numbers > 0 ? sizes.embedding : 0);
  return {
    name: 'mmoe',
    parameters: [
      ...inputParameters(data, sizes.embedding),
      ...gateParameters(inputs, tasks, sizes.experts),
      ...expertParameters(inputs, sizes),
      ...towerParameters(tasks, sizes),
    ],
    forward: (values, batch, pass) => forward(values, batch, pass, sizes, tasks),
  };
}

function inputParameters(data: DataShape, width: number): Parameter[] {
  const rows = data.fieldSizes.reduce((sum, size) => sum + size, 0);
  const table: Parameter = {
    name: 'embedding',
    group: 'embedding',
    shape: [rows, width],
    initial: xavierStart(rows, width),
    byRows: true,
  };
  if (data.numbers === 0) return [table];
  const initial = linearStart(data.numbers);
  return [
    table,
    { name: 'projection.weight', group: 'projection', shape: [data.numbers, width], initial },
    { name: 'projection.bias', group: 'projection', shape: [width], initial },
  ];
}

function gateParameters(inputs: number, tasks: number, experts: number): Parameter[] {
  const initial = linearStart(inputs);
  return [
    { name: 'gate.weight', group: 'gate', shape: [inputs, tasks, experts], initial, taskAxis: 1, expertAxis: 2 },
    { name: 'gate.bias', group: 'gate', shape: [tasks, experts], initial, taskAxis: 0, expertAxis: 1 },
  ];
}

function expertParameters(inputs: number, { experts, expertLayers }: MmoeSizes): Parameter[] {
  return expertLayers.flatMap((units, layer): Parameter[] => {
    // All experts read the same input in the first layer: one matrix [inputs, experts × units] serves them.
    const before = layer === 0 ? inputs : expertLayers[layer - 1];
    const shape = layer === 0 ? [before, experts, units] : [experts, before, units];
    const expertAxis = layer === 0 ? 1 : 0;
    return [
      { name: `expert.${layer}.weight`, group: 'expert', shape, initial: linearStart(before), expertAxis },
      ...normParameters(`expert.${layer}`, [experts, units], { expertAxis: 0 }),
    ];
  });
}

function towerParameters(tasks: number, { expertLayers, towerLayers }: MmoeSizes): Parameter[] {
  const widths = [expertLayers[expertLayers.length - 1], ...towerLayers];
  const hidden = towerLayers.flatMap((units, layer): Parameter[] => [
    {
      name: `tower.${layer}.weight`,
      group: 'tower',
      shape: [tasks, widths[layer], units],
      initial: linearStart(widths[layer]),
      taskAxis: 0,
    },
    ...normParameters(`tower.${layer}`, [tasks, units], { taskAxis: 0 }),
  ]);
  const last = widths[widths.length - 1];
  const initial = linearStart(last);
  return [
    ...hidden,
    { name: 'tower.logit.weight', group: 'tower', shape: [tasks, last], initial, taskAxis: 0 },
    { name: 'tower.logit.bias', group: 'tower', shape: [tasks], initial, taskAxis: 0 },
  ];
}

function forward(values: Values, batch: Inputs, pass: Pass, sizes: MmoeSizes, tasks: number): Tensor2D {
  const { experts, expertLayers, towerLayers, dropout } = sizes;
  const linear = inputLinear(values, batch);
  const gates = tf.add(linear(values['gate.weight']).reshape([-1, tasks, experts]), values['gate.bias']);

  let hidden: Tensor = linear(values['expert.0.weight']).reshape([-1, experts, expertLayers[0]]);
  expertLayers.forEach((_, layer) => {
    if (layer > 0) hidden = groupedLinear(hidden, values[`expert.${layer}.weight`]);
    hidden = normReluLayer(values, `expert.${layer}`, hidden, dropout, pass);
  });

  hidden = mixture(gates, hidden);
  towerLayers.forEach((_, layer) => {
    hidden = groupedLinear(hidden, values[`tower.${layer}.weight`]);
    hidden = normReluLayer(values, `tower.${layer}`, hidden, dropout, pass);
  });
  const logits = tf.sum(tf.mul(hidden, values['tower.logit.weight']), 2);
  return tf.add(logits, values['tower.logit.bias']);
}

/** A function that multiplies the concatenated field vectors of a batch by a weight `[inputs, …units]` → `[batch, units]`. */
function inputLinear(values: Values, { lookup: at, numbers }: Inputs): (weight: Tensor) => Tensor2D {
  const rows = values.embedding as Tensor2D;
  const width = rows.shape[1];
  const dense = values['projection.weight']
    ? (tf.add(tf.matMul(numbers, values['projection.weight'] as Tensor2D), values['projection.bias']) as Tensor2D)
    : (tf.zeros([at.batch, 0]) as Tensor2D);
  const flat = (weight: Tensor) => weight.reshape([weight.shape[0], -1]) as Tensor2D;
  if (foldingPays(at, width)) return (weight) => foldedLinear(rows, dense, flat(weight), at);
  const looked = lookup(rows, at);
  const input = values['projection.weight'] ? tf.concat([looked, dense], 1) : looked;
  return (weight) => tf.matMul(input, flat(weight));
}

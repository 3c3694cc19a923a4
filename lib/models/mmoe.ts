import { gatedMixture } from '../backend/operations/gated-mixture';
import { groupedLinear } from '../backend/operations/grouped-linear';
import { fieldInput } from '../backend/operations/lookup';
import { taskLogits } from '../backend/operations/task-logits';
import { type Tensor, type Tensor2D, tf } from '../backend/tensorflow';
import { normParameters, normReluLayer } from './layers';
import type { DataShape, Inputs, Model, Pass } from './model';
import { linearStart, type Parameter, type Values, xavierStart } from './parameter';
import {
  behindNorm,
  type ExpertLayer,
  plainTemplate,
  type Template,
  templateLinear,
  templateParameters,
} from './template';

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
 * experts (towers) are stacked along `expertAxis` (`taskAxis`), so one operation serves them all; their hidden units are
 * `[experts, batch, units]` (`[tasks, batch, units]`).
 *
 * @param template how expert weights are made of shared, scenario and task parts; plain MMoE by default
 */
export function mmoe(data: DataShape, sizes: MmoeSizes, template: Template = plainTemplate): Model {
  const tasks = data.tasks.length;
  const inputs = data.fieldSizes.length * sizes.embedding + (data.numbers > 0 ? sizes.embedding : 0);
  return {
    name: 'mmoe',
    parameters: [
      ...inputParameters(data, sizes.embedding),
      ...gateParameters(inputs, tasks, sizes.experts),
      ...expertLayers(inputs, tasks, sizes).flatMap((layer) => expertParameters(template, layer)),
      ...towerParameters(tasks, sizes),
    ],
    forward: (values, batch, pass) => forward(values, batch, pass, sizes, template, expertLayers(inputs, tasks, sizes)),
    gates: (values, batch) => tf.softmax(gateLogits(values, inputLinear(values, batch))),
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

function expertLayers(inputs: number, tasks: number, { experts, expertLayers: widths }: MmoeSizes): ExpertLayer[] {
  return widths.map((units, layer) => ({
    layer,
    inputs: layer === 0 ? inputs : widths[layer - 1],
    experts,
    units,
    tasks,
  }));
}

function expertParameters(template: Template, at: ExpertLayer): Parameter[] {
  const { layer, experts, units, tasks } = at;
  const norm =
    template.task === 'none'
      ? normParameters(`expert.${layer}`, [experts, units], { expertAxis: 0 })
      : normParameters(`expert.${layer}`, [tasks, experts, units], { taskAxis: 0, expertAxis: 1 });
  return [...templateParameters(template, at), ...norm];
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

function forward(
  values: Values,
  batch: Inputs,
  pass: Pass,
  { towerLayers, dropout }: MmoeSizes,
  template: Template,
  layers: readonly ExpertLayer[],
): Tensor2D {
  const linear = inputLinear(values, batch);
  const gates = gateLogits(values, linear);
  let hidden: Tensor | null = null;
  for (const at of layers) {
    hidden = templateLinear(values, template, at, hidden, linear);
    hidden = normReluLayer(values, `expert.${at.layer}`, hidden, dropout, pass);
    hidden = behindNorm(values, template, at.layer, hidden);
  }
  let tower = gatedMixture(gates, hidden as Tensor);
  towerLayers.forEach((_, layer) => {
    tower = groupedLinear(tower, values[`tower.${layer}.weight`]);
    tower = normReluLayer(values, `tower.${layer}`, tower, dropout, pass);
  });
  return taskLogits(tower, values['tower.logit.weight'], values['tower.logit.bias']);
}

/** → `[batch, tasks, experts]` */
function gateLogits(values: Values, linear: (weight: Tensor) => Tensor2D): Tensor {
  const bias = values['gate.bias'];
  return tf.add(linear(values['gate.weight']).reshape([-1, ...bias.shape]), bias);
}

/** A function that multiplies the concatenated field vectors of a batch by a weight `[inputs, …units]` → `[batch, units]`. */
function inputLinear(values: Values, { lookup: at, numbers }: Inputs): (weight: Tensor) => Tensor2D {
  const rows = values.embedding as Tensor2D;
  const dense = values['projection.weight']
    ? (tf.add(tf.matMul(numbers, values['projection.weight'] as Tensor2D), values['projection.bias']) as Tensor2D)
    : (tf.zeros([at.batch, 0]) as Tensor2D);
  const multiply = fieldInput(rows, dense, at);
  return (weight) => multiply(weight.reshape([weight.shape[0], -1]) as Tensor2D);
}

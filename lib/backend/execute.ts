import { type Tensor, tf } from './tensorflow';

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

interface Binding extends Record<string, unknown> {
  executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): unknown;
}

interface NodeBackend {
  binding: Binding;
  isUsingGpuDevice: boolean;
  executeSingleOutput(name: string, attributes: Attribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[];
  getNumOfTFTensors(): number;
}

const node = tf.backend() as unknown as NodeBackend;
const { binding } = node;

export type NumberType = 'float32' | 'int32' | 'uint8' | 'bool' | 'resource';
const numberTypes: Record<NumberType, unknown> = {
  float32: binding.TF_FLOAT,
  int32: binding.TF_INT32,
  uint8: binding.TF_UINT8,
  bool: binding.TF_BOOL,
  resource: binding.TF_RESOURCE,
};

const attribute = (kind: string) => (name: string, value: unknown) => ({
  name,
  type: binding[`TF_ATTR_${kind}`] as number,
  value,
});

/** Attributes of a TensorFlow operation, each with its C type. */
export const type = (name: string, value: NumberType): Attribute => ({
  name,
  type: binding.TF_ATTR_TYPE as number,
  value: numberTypes[value],
});
export const text = attribute('STRING');
export const integer = attribute('INT');
export const float = attribute('FLOAT');
export const bool = attribute('BOOL');
export const shape = attribute('SHAPE');

/**
 * Runs a TensorFlow operation by its name and returns its first output.
 *
 * The operation is not on the gradient tape: wrap it in `tf.customGrad` where a gradient is needed.
 */
export function execute(name: string, attributes: Attribute[], inputs: Tensor[]): Tensor {
  return node.executeSingleOutput(name, attributes, inputs);
}

/** Runs a TensorFlow operation that has several outputs. */
export function executeMany(name: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[] {
  return node.executeMultipleOutputs(name, attributes, inputs, outputs);
}

/** Runs a TensorFlow operation for its effect, such as an assignment to a variable. */
export function executeEffect(name: string, attributes: Attribute[], inputs: Tensor[]): void {
  node.executeMultipleOutputs(name, attributes, inputs, 0);
}

/** Number of tensors that libtensorflow holds for this process: the honest count when looking for a leak. */
export function liveTensors(): number {
  return node.getNumOfTFTensors();
}

/** Whether libtensorflow placed this process on a GPU, and its version. */
export function backendFacts(): { gpu: boolean; tensorflow: string } {
  return { gpu: node.isUsingGpuDevice, tensorflow: String(binding.TF_Version) };
}

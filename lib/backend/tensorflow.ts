import * as util from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';

// libtensorflow reads these when it is loaded, so they must stand before the require below.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
process.env.TF_DETERMINISTIC_OPS ??= '1';
if (process.env.PF_DEVICE === 'cpu') process.env.CUDA_VISIBLE_DEVICES = '-1';

// Node 23 removed this function, which tfjs-node 4.22 still calls.
const legacy = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;

/** TensorFlow.js on libtensorflow: the one copy that this package, Danfo and a notebook share. */
export const tf: typeof TensorFlow = require('@tensorflow/tfjs-node-gpu');
tf.env().set('PROD', true); // skips a shape and NaN check on every result

export type Tensor = TensorFlow.Tensor;
export type Tensor1D = TensorFlow.Tensor1D;
export type Tensor2D = TensorFlow.Tensor2D;

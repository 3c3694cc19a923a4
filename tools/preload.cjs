/**
 * Loaded with `node --require` before anything else by the terminal program, the notebook kernel, the tests and the
 * benchmarks, so that all of them meet libtensorflow under the same conditions.
 */
const path = require('node:path');
const util = require('node:util');

// tfjs-node 4.22 still calls these helpers: Node 23 removed them, Node 22 warns of them.
util.isNullOrUndefined = (value) => value === null || value === undefined;
util.isArray = Array.isArray;

// Node hands these assignments to the C library's environment, where libtensorflow and CUDA read them.
const defaults = {
  TF_CPP_MIN_LOG_LEVEL: '2',
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  // A run uses one GPU; without this TensorFlow takes hold of all of them.
  CUDA_VISIBLE_DEVICES: '0',
  // On new cards the first run compiles its kernels, which takes minutes: they are kept.
  CUDA_CACHE_PATH: path.join(__dirname, '..', '.cache', 'cuda'),
};
for (const [name, value] of Object.entries(defaults)) process.env[name] ??= value;

// The CUDA build would use a GPU that it finds, whatever was asked for.
if (process.env.PF_DEVICE === 'cpu') process.env.CUDA_VISIBLE_DEVICES = '-1';

/** Loads TensorFlow.js on the compiled addon, multiplies two matrices and tells what it runs on, as one line of JSON. */
const tf = require('@tensorflow/tfjs-node-gpu');

const product = tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync()[0];
if (product !== 11) throw new Error(`a product came out as ${product} instead of 11`);
const backend = tf.backend();
const report = { tensorflow: backend.binding.TF_Version, gpu: backend.isUsingGpuDevice, tfjs: tf.version['tfjs-node'] };
process.stdout.write(`engine ${JSON.stringify(report)}\n`);

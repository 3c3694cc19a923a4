import { backendFacts, bool, execute, integer } from './execute';
import { tf } from './tensorflow';

/**
 * The operations of `lib/backend/native`, compiled into the addon: the parts of a training step that TensorFlow has
 * only as chains of operations, each as one pass over memory. They run on the CPU; elsewhere, and where
 * `PF_KERNELS=off` is set, TensorFlow's own operations do the same.
 */
let inUse = process.env.PF_KERNELS !== 'off' && !backendFacts().gpu && present();

/** Whether the library's own kernels serve this process. */
export const kernelsInUse = (): boolean => inUse;

/** Runs something with or without the library's own kernels, to compare them; they must be there. */
export function withKernels<T>(use: boolean, work: () => T): T {
  if (use && !present()) throw new Error('This addon was compiled without the kernels of lib/backend/native.');
  const before = inUse;
  inUse = use;
  try {
    return work();
  } finally {
    inUse = before;
  }
}

function present(): boolean {
  return tf.tidy(() => {
    const [x, one] = [tf.zeros([1, 1]), tf.ones([1])];
    try {
      const attributes = [integer('groups', 1), bool('grouped_input', false), bool('grouped_output', false)];
      execute('PfNormRelu', attributes, [x, one, one, one]);
      return true;
    } catch {
      return false; // an addon without them does not know the name
    }
  });
}

import { tf } from './tensorflow';

/** What TensorFlow.js remembers of computations that are under way. */
interface EngineState {
  scopeStack: unknown[];
  activeScope: unknown;
  activeTape: unknown;
  gradientDepth: number;
  kernelDepth: number;
}

/**
 * Forgets computations that were broken off in their middle. To be called where none can be under way: in a turn of
 * the event loop of its own.
 *
 * The stop button breaks off a notebook's cell wherever it is, even inside `tf.tidy`, and not even `finally` runs. All
 * later computations would count as part of the one that never ended: recorded for a gradient that nobody asks for.
 * Tensors of that computation stay on the device; those made since are left alone.
 */
export function forgetBrokenOff(): void {
  const { state } = tf.engine() as unknown as { state: EngineState };
  state.scopeStack = [];
  state.activeScope = null;
  state.activeTape = null;
  state.gradientDepth = 0;
  state.kernelDepth = 0;
}

import { execute, executeEffect, shape as shapeAttribute, text, type } from './execute';
import { type Tensor, tf } from './tensorflow';

/** A float32 tensor that is updated in place on the device. */
export interface Variable {
  readonly shape: readonly number[];
  /** The present value. It stays as it is when the variable changes later; the caller disposes of it. */
  read(): Tensor;
  /** The present value until the next change, which may overwrite it. It stays the variable's: nobody disposes of it. */
  borrow(): Tensor;
  assign(value: Tensor): void;
  /** Changes the value by one of TensorFlow's own operations, which take the variable's handle. */
  change(operation: (handle: Tensor) => void): void;
  /** The value's memory for a kernel that writes to it, shared with nobody. It stays the variable's. */
  writable(): Tensor;
  /** Frees the device memory. */
  dispose(): void;
}

let made = 0;

/** A new variable that starts with `value`, which stays the caller's. */
export function variable(value: Tensor): Variable {
  const name = `pf-msmtrec-${made++}`; // variables of one name would share one memory
  const attributes = [type('dtype', 'float32'), shapeAttribute('shape', value.shape)];
  const handle = tf.keep(execute('VarHandleOp', [...attributes, text('shared_name', name), text('container', '')], []));
  const readNow = () => execute('ReadVariableOp', [type('dtype', 'float32')], [handle]);

  let borrowed: Tensor | undefined;
  // TensorFlow passes memory on instead of copying it: what was assigned or read may have other owners.
  let shared = true;
  const change = (operation: (handle: Tensor) => void) => {
    borrowed?.dispose(); // TensorFlow copies a value before a change that somebody still holds
    borrowed = undefined;
    operation(handle);
  };
  const assign = (next: Tensor) => {
    change(() => executeEffect('AssignVariableOp', [type('dtype', 'float32')], [handle, next]));
    shared = true;
  };
  const borrow = () => {
    borrowed ??= tf.keep(readNow());
    return borrowed;
  };
  assign(value);
  return {
    shape: value.shape,
    borrow,
    assign,
    change,
    read() {
      shared = true;
      return readNow();
    },
    writable() {
      if (shared) {
        const copy = execute('DeepCopy', [type('T', 'float32')], [borrow()]);
        assign(copy);
        copy.dispose();
        shared = false;
      }
      return borrow();
    },
    dispose() {
      change(() => executeEffect('DestroyResourceOp', [], [handle]));
      handle.dispose();
    },
  };
}

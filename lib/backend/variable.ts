import { execute, executeEffect, shape as shapeAttribute, text, type } from './execute';
import { type Tensor, tf } from './tensorflow';

/** A float32 tensor that is updated in place on the device. */
export interface Variable {
  readonly shape: readonly number[];
  /** The resource that operations such as `ResourceApplyAdam` take. */
  readonly handle: Tensor;
  /** The present value. It stays as it is when the variable changes later; the caller disposes of it. */
  read(): Tensor;
  assign(value: Tensor): void;
  /** Frees the device memory. */
  dispose(): void;
}

let made = 0;

/** A new variable that starts with `value`, which stays the caller's. */
export function variable(value: Tensor): Variable {
  const name = `pf-msmtrec-${made++}`; // variables of one name would share one memory
  const handle = tf.keep(
    execute(
      'VarHandleOp',
      [
        type('dtype', 'float32'),
        shapeAttribute('shape', value.shape),
        text('shared_name', name),
        text('container', ''),
      ],
      [],
    ),
  );
  const assign = (next: Tensor) => executeEffect('AssignVariableOp', [type('dtype', 'float32')], [handle, next]);
  assign(value);
  return {
    shape: value.shape,
    handle,
    read: () => execute('ReadVariableOp', [type('dtype', 'float32')], [handle]),
    assign,
    dispose() {
      executeEffect('DestroyResourceOp', [], [handle]);
      handle.dispose();
    },
  };
}

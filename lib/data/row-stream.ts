import { permutation, seedAt } from '../backend/random';

/** Where a stream stands: everything that is needed to go on exactly. */
export interface StreamState {
  readonly pass: number;
  readonly cursor: number;
}

/** An endless stream of row numbers: every pass visits each row once, in an order of its own. */
export interface RowStream {
  next(count: number): Int32Array;
  state(): StreamState;
  restore(state: StreamState): void;
}

/**
 * The stream of one client. A batch may span two passes, so all batches have one size and no row is left out.
 *
 * @param rows number of rows, at least 1
 */
export function rowStream(rows: number, seed: number): RowStream {
  let pass = 0;
  let cursor = 0;
  let order = permutation(rows, seedAt(seed, 'pass', 0));
  const goTo = (nextPass: number, nextCursor: number) => {
    if (nextPass !== pass) order = permutation(rows, seedAt(seed, 'pass', nextPass));
    pass = nextPass;
    cursor = nextCursor;
  };
  return {
    next(count) {
      const taken = new Int32Array(count);
      for (let filled = 0; filled < count; ) {
        const part = order.subarray(cursor, cursor + count - filled);
        taken.set(part, filled);
        filled += part.length;
        if (cursor + part.length === rows) goTo(pass + 1, 0);
        else goTo(pass, cursor + part.length);
      }
      return taken;
    },
    state: () => ({ pass, cursor }),
    restore: (state) => goTo(state.pass, state.cursor),
  };
}

import type { IdColumn, Split } from './types';

/** Some rows of a split, the values of a row side by side. */
export interface GatheredRows {
  /** `[batch, categorical fields]` */
  readonly ids: Int32Array;
  /** `[batch, numerical fields]` */
  readonly numbers: Float32Array;
  /** `[batch, tasks]` */
  readonly labels: Float32Array;
  /** 1 where a label is known, `[batch, tasks]`; absent where all are. */
  readonly known?: Uint8Array;
}

/** Records that are fetched together before they are copied. */
const TOGETHER = 64;
/** Records that are filled together. */
const BLOCK = 1024;
/** Bytes that memory brings at once. */
const CACHE_LINE = 64;

/**
 * All rows of a split, one record after another: the numbers, then the ids in the smallest type that holds every
 * field, then a byte per label and per `known`. A random row is one visit to memory, not one per column.
 */
class RowRecords {
  /** Bytes of a record, a multiple of 4. */
  private readonly size: number;
  /** Bytes of an id. */
  private readonly idSize: number;
  // Three views of the same memory.
  private readonly floats: Float32Array;
  private readonly ids: IdColumn;
  private readonly bytes: Uint8Array;
  /** What the last fetch summed up; there so that the compiler does not take its reading for nothing. */
  fetched = 0;

  constructor(private readonly split: Split) {
    const { rows, ids, numbers } = split;
    const Id = [Int32Array, Uint16Array].find((type) => ids.some((column) => column instanceof type)) ?? Uint8Array;
    this.idSize = Id.BYTES_PER_ELEMENT;
    const flags = [...split.labels, ...(split.known ?? [])];
    this.size = 4 * Math.ceil((this.flagsAt + flags.length) / 4);
    const memory = new ArrayBuffer(this.size * rows);
    this.floats = new Float32Array(memory);
    this.ids = new Id(memory);
    this.bytes = new Uint8Array(memory);
    // Block by block, so that a block of records stays near the processor while its columns are written.
    for (let from = 0; from < rows; from += BLOCK) {
      const to = Math.min(rows, from + BLOCK);
      spread(numbers, from, to, this.floats, 0, this.size / 4);
      spread(ids, from, to, this.ids, this.idsAt / this.idSize, this.size / this.idSize);
      spread(flags, from, to, this.bytes, this.flagsAt, this.size);
    }
  }

  /** Byte of a record at which the ids begin. */
  private get idsAt(): number {
    return 4 * this.split.numbers.length;
  }

  /** Byte of a record at which labels, then `known`, begin. */
  private get flagsAt(): number {
    return this.idsAt + this.idSize * this.split.ids.length;
  }

  gather(rows: Int32Array): GatheredRows {
    const { ids, numbers, labels, known } = this.split;
    const taken = {
      ids: new Int32Array(rows.length * ids.length),
      numbers: new Float32Array(rows.length * numbers.length),
      labels: new Float32Array(rows.length * labels.length),
      ...(known && { known: new Uint8Array(rows.length * known.length) }),
    };
    for (let from = 0; from < rows.length; from += TOGETHER) {
      const some = rows.subarray(from, from + TOGETHER);
      this.fetch(some);
      this.copyNumbers(some, taken.numbers, from * numbers.length);
      copy(this.ids, this.size / this.idSize, this.idsAt / this.idSize, some, taken.ids, from, ids.length);
      copy(this.bytes, this.size, this.flagsAt, some, taken.labels, from, labels.length);
      if (taken.known) {
        copy(this.bytes, this.size, this.flagsAt + labels.length, some, taken.known, from, labels.length);
      }
    }
    return taken;
  }

  /**
   * Reads a byte of every cache line of some records. The reads do not wait for each other, so memory serves many at
   * once; a copy waits row by row [measured: half the time of a batch at 300,000 rows of 63 numbers].
   */
  private fetch(rows: Int32Array): void {
    const { bytes, size } = this;
    let sum = 0;
    for (let i = 0; i < rows.length; i++) {
      const start = rows[i] * size;
      for (let at = start; at < start + size; at += CACHE_LINE) sum += bytes[at];
    }
    this.fetched = sum;
  }

  private copyNumbers(rows: Int32Array, into: Float32Array, place: number): void {
    const { floats } = this;
    const count = this.split.numbers.length;
    const stride = this.size / 4;
    for (let i = 0; i < rows.length; i++, place += count) {
      const start = rows[i] * stride;
      into.set(floats.subarray(start, start + count), place);
    }
  }
}

const records = new WeakMap<Split, RowRecords>();

/**
 * The given rows of a split, in their order.
 *
 * The first call copies the split, row by row. The copy stays as long as the split and takes about as much memory:
 * per row 4 bytes a number, 1, 2 or 4 a field and 1 a task. Only what is read in random order needs it.
 */
export function gatherRows(split: Split, rows: Int32Array): GatheredRows {
  let own = records.get(split);
  if (!own) {
    own = new RowRecords(split);
    records.set(split, own);
  }
  return own.gather(rows);
}

/** Writes rows `from … to − 1` of some columns into records, from the place `first` of each record on. */
function spread(
  columns: readonly (Float32Array | IdColumn)[],
  from: number,
  to: number,
  into: Float32Array | IdColumn,
  first: number,
  stride: number,
): void {
  columns.forEach((column, j) => {
    for (let row = from, at = from * stride + first + j; row < to; row++, at += stride) into[at] = column[row];
  });
}

/** Copies `count` values of each given record to the rows `first …` of a matrix with so many columns. */
function copy(
  from: IdColumn,
  stride: number,
  offset: number,
  rows: Int32Array,
  into: Int32Array | Float32Array | Uint8Array,
  first: number,
  count: number,
): void {
  for (let i = 0, place = first * count; i < rows.length; i++, place += count) {
    const start = rows[i] * stride + offset;
    for (let j = 0; j < count; j++) into[place + j] = from[start + j];
  }
}

import type { ColumnType } from "./column-type.ts";

interface ColumnBase {
  readonly type: ColumnType;
  readonly length: number;
  /** Rows that are null. */
  readonly nullCount: number;
}

interface WithValidity extends ColumnBase {
  /**
   * One bit a row, least significant first, 1 = valid (Arrow: Validity bitmaps). Absent when no row
   * is null.
   */
  readonly validity?: Uint8Array | undefined;
}

/** Booleans as a bitmap, least significant bit first. */
export interface BooleanColumn extends WithValidity {
  readonly layout: "boolean";
  readonly values: Uint8Array;
}

/** One number a row: int32 and date32, int64, time64 and timestamp, float32, float64. */
export interface PrimitiveColumn extends WithValidity {
  readonly layout: "primitive";
  readonly values: Int32Array | BigInt64Array | Float32Array | Float64Array;
}

/** `byteWidth` bytes a row: fixed-size-binary, and decimal128 with 16 bytes little endian. */
export interface FixedSizeBinaryColumn extends WithValidity {
  readonly layout: "fixed-size-binary";
  readonly byteWidth: number;
  readonly data: Uint8Array;
}

/** Row `i` is `data[offsets[i] .. offsets[i + 1]]`; utf8 and binary. */
export interface VariableBinaryColumn extends WithValidity {
  readonly layout: "variable-size-binary";
  readonly offsets: Int32Array;
  readonly data: Uint8Array;
}

/** Row `i` is `dictionary[indices[i]]`. Entries may repeat; the dictionary itself has no nulls. */
export interface DictionaryColumn extends WithValidity {
  readonly layout: "dictionary";
  readonly indices: Int32Array;
  readonly dictionary: PrimitiveColumn | VariableBinaryColumn | FixedSizeBinaryColumn;
}

/**
 * Row `i` is `values[k]` for the first `k` with `runEnds[k] > i` (Arrow: Run-End Encoded Layout).
 * Nulls are nulls of `values`; constant columns have one run.
 */
export interface RunEndEncodedColumn extends ColumnBase {
  readonly layout: "run-end-encoded";
  readonly runEnds: Int32Array;
  readonly values: BooleanColumn | PrimitiveColumn | VariableBinaryColumn | FixedSizeBinaryColumn;
}

/** One column of a batch in one of Arrow's physical layouts; immutable once built. */
export type Column =
  | BooleanColumn
  | PrimitiveColumn
  | FixedSizeBinaryColumn
  | VariableBinaryColumn
  | DictionaryColumn
  | RunEndEncodedColumn;

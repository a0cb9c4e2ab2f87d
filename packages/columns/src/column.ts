import type {
  FlatColumnType,
  ListColumnType,
  MapColumnType,
  StructColumnType,
} from "./column-type.ts";

interface RowCounts {
  readonly length: number;
  /** Rows that are null. */
  readonly nullCount: number;
}

interface WithValidity extends RowCounts {
  /**
   * One bit a row, least significant first, 1 = valid (Arrow: Validity bitmaps). Absent when no row
   * is null.
   */
  readonly validity?: Uint8Array | undefined;
}

interface FlatType {
  readonly type: FlatColumnType;
}

/** Booleans as a bitmap, least significant bit first. */
export interface BooleanColumn extends WithValidity, FlatType {
  readonly layout: "boolean";
  readonly values: Uint8Array;
}

/** One number a row: int32 and date32, int64, time64 and timestamp, float32, float64. */
export interface PrimitiveColumn extends WithValidity, FlatType {
  readonly layout: "primitive";
  readonly values: Int32Array | BigInt64Array | Float32Array | Float64Array;
}

/** `byteWidth` bytes a row: fixed-size-binary, and decimal128 with 16 bytes little endian. */
export interface FixedSizeBinaryColumn extends WithValidity, FlatType {
  readonly layout: "fixed-size-binary";
  readonly byteWidth: number;
  readonly data: Uint8Array;
}

/** Row `i` is `data[offsets[i] .. offsets[i + 1]]`; utf8 and binary. */
export interface VariableBinaryColumn extends WithValidity, FlatType {
  readonly layout: "variable-size-binary";
  readonly offsets: Int32Array;
  readonly data: Uint8Array;
}

/** Row `i` is `dictionary[indices[i]]`. Entries may repeat; the dictionary itself has no nulls. */
export interface DictionaryColumn extends WithValidity, FlatType {
  readonly layout: "dictionary";
  readonly indices: Int32Array;
  readonly dictionary: PrimitiveColumn | VariableBinaryColumn | FixedSizeBinaryColumn;
  /**
   * Names a dictionary that grows from batch to batch: of two columns with the same one, one's
   * dictionary begins with all entries of the other's (Arrow: Dictionary Messages, delta), so that
   * what was found out about an entry holds on. Its entries are distinct.
   */
  readonly dictionaryId?: symbol | undefined;
}

/**
 * Row `i` is `values[k]` for the first `k` with `runEnds[k] > i` (Arrow: Run-End Encoded Layout).
 * Nulls are nulls of `values`; constant columns have one run.
 */
export interface RunEndEncodedColumn extends RowCounts, FlatType {
  readonly layout: "run-end-encoded";
  readonly runEnds: Int32Array;
  readonly values: BooleanColumn | PrimitiveColumn | VariableBinaryColumn | FixedSizeBinaryColumn;
}

/**
 * One child for each field of the type, as long as the column itself. Under a null row a child may
 * hold anything (Arrow: Struct Layout).
 */
export interface StructColumn extends WithValidity {
  readonly layout: "struct";
  readonly type: StructColumnType;
  readonly children: readonly Column[];
}

/**
 * Row `i` has the elements `[offsets[i], offsets[i + 1])`, which a null row may have too (Arrow:
 * Variable-size List Layout).
 */
export interface ListColumn extends WithValidity {
  readonly layout: "list";
  readonly type: ListColumnType;
  readonly offsets: Int32Array;
  readonly element: Column;
}

/**
 * Row `i` has the entries `[offsets[i], offsets[i + 1])`: Arrow's Map without the struct between.
 * No key is null; whether keys are unique is not known here.
 */
export interface MapColumn extends WithValidity {
  readonly layout: "map";
  readonly type: MapColumnType;
  readonly offsets: Int32Array;
  readonly keys: Column;
  readonly values: Column;
}

/** A column of values without parts. */
export type FlatColumn =
  | BooleanColumn
  | PrimitiveColumn
  | FixedSizeBinaryColumn
  | VariableBinaryColumn
  | DictionaryColumn
  | RunEndEncodedColumn;

/** A column of values with parts, which are columns of any layout. */
export type NestedColumn = StructColumn | ListColumn | MapColumn;

/** One column of a batch in one of Arrow's physical layouts; immutable once built. */
export type Column = FlatColumn | NestedColumn;

/** Whether the values of a column have no parts. */
export function isFlatColumn(column: Column): column is FlatColumn {
  return column.layout !== "struct" && column.layout !== "list" && column.layout !== "map";
}

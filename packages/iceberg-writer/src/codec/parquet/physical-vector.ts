import type {
  BooleanColumn,
  FixedSizeBinaryColumn,
  PrimitiveColumn,
  VariableBinaryColumn,
} from "@salon/columns";
import { decimalBytesRequired } from "../../spec/decimal-bytes.ts";
import type { PrimitiveType } from "../../spec/type.ts";

/** 32-bit values; floats by their bits. */
export interface Int32Vector {
  readonly kind: "int32";
  readonly length: number;
  readonly values: Int32Array;
}

/** 64-bit values as two words each, the low one first; doubles by their bits. */
interface Int64Vector {
  readonly kind: "int64";
  readonly length: number;
  readonly words: Int32Array;
}

/** Value `i` is `data[offsets[i] .. offsets[i + 1]]`. */
export interface BytesVector {
  readonly kind: "bytes";
  readonly length: number;
  readonly offsets: Int32Array;
  readonly data: Uint8Array;
}

/** One bit a value, least significant first. */
interface BooleanVector {
  readonly kind: "boolean";
  readonly length: number;
  readonly bits: Uint8Array;
}

/**
 * Values in Parquet's physical types, addressed by position; what is null is not known here. Words
 * are in the order of the machine, which Node runs on little-endian ones alone.
 */
export type PhysicalVector = Int32Vector | Int64Vector | BytesVector | BooleanVector;

type PlainColumn = BooleanColumn | PrimitiveColumn | VariableBinaryColumn | FixedSizeBinaryColumn;

/** Views the values of a column as Parquet stores them; only decimals are copied. */
export function physicalVector(column: PlainColumn, type: PrimitiveType): PhysicalVector {
  const { length } = column;
  switch (column.layout) {
    case "boolean":
      return { kind: "boolean", length, bits: column.values };
    case "variable-size-binary":
      return { kind: "bytes", length, offsets: column.offsets, data: column.data };
    case "fixed-size-binary":
      return type.kind === "decimal"
        ? decimalVector(column, type.precision)
        : {
            kind: "bytes",
            length,
            offsets: evenOffsets(length, column.byteWidth),
            data: column.data,
          };
    case "primitive":
      return primitiveVector(column);
    default:
      return column satisfies never;
  }
}

/** The positions of the first `count` values. */
export function firstPositions(count: number): Int32Array {
  const positions = new Int32Array(count);
  for (let i = 0; i < count; i++) positions[i] = i;
  return positions;
}

/** The offsets of `length` values of the same width. */
export function evenOffsets(length: number, byteWidth: number): Int32Array {
  const offsets = new Int32Array(length + 1);
  for (let i = 0; i <= length; i++) offsets[i] = i * byteWidth;
  return offsets;
}

function primitiveVector({ values, length }: PrimitiveColumn): Int32Vector | Int64Vector {
  const { buffer, byteOffset } = values;
  return values.BYTES_PER_ELEMENT === 4
    ? { kind: "int32", length, values: new Int32Array(buffer, byteOffset, length) }
    : { kind: "int64", length, words: new Int32Array(buffer, byteOffset, 2 * length) };
}

/** Narrows 16 little-endian bytes a value to the physical type of the precision. */
function decimalVector(column: FixedSizeBinaryColumn, precision: number): PhysicalVector {
  const { length, data } = column;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (precision <= 9) {
    const values = new Int32Array(length);
    for (let i = 0; i < length; i++) values[i] = view.getInt32(16 * i, true);
    return { kind: "int32", length, values };
  }
  if (precision <= 18) {
    const words = new Int32Array(2 * length);
    for (let i = 0; i < length; i++) {
      words[2 * i] = view.getInt32(16 * i, true);
      words[2 * i + 1] = view.getInt32(16 * i + 4, true);
    }
    return { kind: "int64", length, words };
  }
  const byteWidth = decimalBytesRequired(precision);
  const bigEndian = new Uint8Array(length * byteWidth);
  for (let i = 0; i < length; i++) {
    const last = (i + 1) * byteWidth - 1;
    for (let k = 0; k < byteWidth; k++) bigEndian[last - k] = data[16 * i + k]!;
  }
  return { kind: "bytes", length, offsets: evenOffsets(length, byteWidth), data: bigEndian };
}

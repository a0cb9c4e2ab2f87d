import { decodeDecimal } from "../../spec/decimal-bytes.ts";
import type { PrimitiveType } from "../../spec/type.ts";
import { compareValues, type PrimitiveValue } from "../../spec/value.ts";
import { firstPositions, type PhysicalVector } from "./physical-vector.ts";

/** The least and the greatest value of a column; strings as UTF-8, decimals unscaled. Never NaN. */
export interface ColumnBounds {
  readonly lower: PrimitiveValue;
  readonly upper: PrimitiveValue;
}

/** The bounds of `source[rows[0..count)]`, or of the first `count` values; absent for none. */
export function boundsOf(
  type: PrimitiveType,
  source: PhysicalVector,
  count: number,
  rows: Int32Array = firstPositions(count),
): ColumnBounds | undefined {
  if (count === 0) return undefined;
  switch (source.kind) {
    case "int32":
      return type.kind === "float"
        ? floatBounds(asFloat32(source.values), rows, count)
        : int32Bounds(source.values, rows, count, type);
    case "int64":
      return type.kind === "double"
        ? floatBounds(asFloat64(source.words), rows, count)
        : int64Bounds(source.words, rows, count);
    case "bytes":
      return bytesBounds(source.data, source.offsets, rows, count, type.kind === "decimal");
    case "boolean":
      return booleanBounds(source.bits, rows, count);
    default:
      return source satisfies never;
  }
}

/** The bounds of two sets of values together. */
export function mergeBounds(
  left: ColumnBounds | undefined,
  right: ColumnBounds | undefined,
): ColumnBounds | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return {
    lower: compareValues(left.lower, right.lower) <= 0 ? left.lower : right.lower,
    upper: compareValues(left.upper, right.upper) >= 0 ? left.upper : right.upper,
  };
}

/** How many of `source[rows[0..count)]` are NaN; 0 for what is no float or double. */
export function countNans(
  type: PrimitiveType,
  source: PhysicalVector,
  rows: Int32Array,
  count: number,
): number {
  if (source.kind === "int32" && type.kind === "float") {
    return countNansOf(asFloat32(source.values), rows, count);
  }
  if (source.kind === "int64" && type.kind === "double") {
    return countNansOf(asFloat64(source.words), rows, count);
  }
  return 0;
}

function asFloat32(values: Int32Array): Float32Array {
  return new Float32Array(values.buffer, values.byteOffset, values.length);
}

/** The words are copied where their place in the buffer is not one for doubles. */
function asFloat64(words: Int32Array): Float64Array {
  const { buffer, byteOffset, length } = words.byteOffset % 8 === 0 ? words : words.slice();
  return new Float64Array(buffer, byteOffset, length / 2);
}

function int32Bounds(
  values: Int32Array,
  rows: Int32Array,
  count: number,
  type: PrimitiveType,
): ColumnBounds {
  let lower = values[rows[0]!]!;
  let upper = lower;
  for (let i = 1; i < count; i++) {
    const value = values[rows[i]!]!;
    if (value < lower) lower = value;
    if (value > upper) upper = value;
  }
  return type.kind === "decimal"
    ? { lower: BigInt(lower), upper: BigInt(upper) }
    : { lower, upper };
}

function int64Bounds(words: Int32Array, rows: Int32Array, count: number): ColumnBounds {
  let lowest = 2 * rows[0]!;
  let highest = lowest;
  for (let i = 1; i < count; i++) {
    const at = 2 * rows[i]!;
    if (isBelow(words, at, lowest)) lowest = at;
    else if (isBelow(words, highest, at)) highest = at;
  }
  return { lower: int64At(words, lowest), upper: int64At(words, highest) };
}

function isBelow(words: Int32Array, left: number, right: number): boolean {
  const leftHigh = words[left + 1]!;
  const rightHigh = words[right + 1]!;
  if (leftHigh !== rightHigh) return leftHigh < rightHigh;
  return words[left]! >>> 0 < words[right]! >>> 0;
}

function int64At(words: Int32Array, at: number): bigint {
  return (BigInt(words[at + 1]!) << 32n) | BigInt(words[at]! >>> 0);
}

function floatBounds(
  values: Float32Array | Float64Array,
  rows: Int32Array,
  count: number,
): ColumnBounds | undefined {
  let lower = Number.POSITIVE_INFINITY;
  let upper = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = values[rows[i]!]!;
    if (value < lower) lower = value;
    if (value > upper) upper = value;
  }
  // Every value but NaN moves a bound: an infinity that does not move one is it already.
  if (lower > upper) return undefined;
  if (lower === 0) lower = hasZero(values, rows, count, -0) ? -0 : 0;
  if (upper === 0) upper = hasZero(values, rows, count, 0) ? 0 : -0;
  return { lower, upper };
}

function hasZero(
  values: Float32Array | Float64Array,
  rows: Int32Array,
  count: number,
  zero: number,
): boolean {
  for (let i = 0; i < count; i++) if (Object.is(values[rows[i]!], zero)) return true;
  return false;
}

function countNansOf(values: Float32Array | Float64Array, rows: Int32Array, count: number): number {
  let nanCount = 0;
  for (let i = 0; i < count; i++) if (Number.isNaN(values[rows[i]!]!)) nanCount++;
  return nanCount;
}

function bytesBounds(
  data: Uint8Array,
  offsets: Int32Array,
  rows: Int32Array,
  count: number,
  isDecimal: boolean,
): ColumnBounds {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let lowest = rows[0]!;
  let highest = lowest;
  for (let i = 1; i < count; i++) {
    const row = rows[i]!;
    if (compareSlots(view, offsets, row, lowest, isDecimal) < 0) lowest = row;
    else if (compareSlots(view, offsets, row, highest, isDecimal) > 0) highest = row;
  }
  // Copied, for a Buffer too, whose own slice() would not: bounds outlive the column.
  const lower = new Uint8Array(data.subarray(offsets[lowest], offsets[lowest + 1]));
  const upper = new Uint8Array(data.subarray(offsets[highest], offsets[highest + 1]));
  return isDecimal
    ? { lower: decodeDecimal(lower), upper: decodeDecimal(upper) }
    : { lower, upper };
}

/** Four bytes at a time: big-endian words order as their bytes do. */
function compareSlots(
  view: DataView,
  offsets: Int32Array,
  left: number,
  right: number,
  isSigned: boolean,
): number {
  const leftAt = offsets[left]!;
  const rightAt = offsets[right]!;
  const leftLength = offsets[left + 1]! - leftAt;
  const rightLength = offsets[right + 1]! - rightAt;
  const length = Math.min(leftLength, rightLength);
  if (isSigned && length > 0) {
    const difference = view.getInt8(leftAt) - view.getInt8(rightAt);
    if (difference !== 0) return difference;
  }
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const difference = view.getUint32(leftAt + i) - view.getUint32(rightAt + i);
    if (difference !== 0) return difference;
  }
  for (; i < length; i++) {
    const difference = view.getUint8(leftAt + i) - view.getUint8(rightAt + i);
    if (difference !== 0) return difference;
  }
  return leftLength - rightLength;
}

function booleanBounds(bits: Uint8Array, rows: Int32Array, count: number): ColumnBounds {
  let lower = true;
  let upper = false;
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    if ((bits[row >>> 3]! >>> (row & 7)) & 1) upper = true;
    else lower = false;
  }
  return { lower, upper };
}

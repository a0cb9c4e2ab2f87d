import { describeColumnType, type ColumnType } from "./column-type.ts";

/** The arrays that a primitive column keeps its numbers in. */
export type PrimitiveValues = Int32Array | BigInt64Array | Float32Array | Float64Array;

/** An array of `length` zeros of the kind that a type's values are kept in. */
export function createPrimitiveValues(type: ColumnType, length: number): PrimitiveValues {
  switch (type.kind) {
    case "int32":
    case "date32":
      return new Int32Array(length);
    case "int64":
    case "time64":
    case "timestamp":
      return new BigInt64Array(length);
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "boolean":
    case "decimal128":
    case "utf8":
    case "binary":
    case "fixed-size-binary":
    case "struct":
    case "list":
    case "map":
      throw new TypeError(`${describeColumnType(type)} is not a primitive layout`);
    default:
      return type satisfies never;
  }
}

/** The values of the given rows, in their order. */
export function gatherPrimitiveValues(values: PrimitiveValues, rows: Int32Array): PrimitiveValues {
  // One branch for each kind of array, so that each loop stays monomorphic.
  if (values instanceof Int32Array) return gatherNumbers(values, rows, new Int32Array(rows.length));
  if (values instanceof Float32Array) {
    return gatherNumbers(values, rows, new Float32Array(rows.length));
  }
  if (values instanceof Float64Array) {
    return gatherNumbers(values, rows, new Float64Array(rows.length));
  }
  return gatherInt64(values, rows);
}

/** All values of arrays of one kind, one behind the other; a TypeError where kinds differ. */
export function concatPrimitiveValues(parts: readonly PrimitiveValues[]): PrimitiveValues {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const first = parts[0];
  if (first instanceof Int32Array) return concatNumbers(parts, new Int32Array(length));
  if (first instanceof Float32Array) return concatNumbers(parts, new Float32Array(length));
  if (first instanceof Float64Array) return concatNumbers(parts, new Float64Array(length));
  const target = new BigInt64Array(length);
  let at = 0;
  for (const part of parts) {
    if (!(part instanceof BigInt64Array)) throw new TypeError("arrays of different kinds");
    target.set(part, at);
    at += part.length;
  }
  return target;
}

type NumberValues = Int32Array | Float32Array | Float64Array;

function gatherNumbers<Values extends NumberValues>(
  values: Values,
  rows: Int32Array,
  target: Values,
): Values {
  for (let index = 0; index < rows.length; index++) target[index] = values[rows[index]!]!;
  return target;
}

/** Moves 64-bit integers as two halves: a BigInt for each row would cost an allocation. */
function gatherInt64(values: BigInt64Array, rows: Int32Array): BigInt64Array {
  const target = new BigInt64Array(rows.length);
  const from = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const to = new Int32Array(target.buffer);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]! * 2;
    to[index * 2] = from[row]!;
    to[index * 2 + 1] = from[row + 1]!;
  }
  return target;
}

function concatNumbers<Values extends NumberValues>(
  parts: readonly PrimitiveValues[],
  target: Values,
): Values {
  let at = 0;
  for (const part of parts) {
    if (part instanceof BigInt64Array || part.constructor !== target.constructor) {
      throw new TypeError("arrays of different kinds");
    }
    target.set(part, at);
    at += part.length;
  }
  return target;
}

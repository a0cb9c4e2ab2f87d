import type { PrimitiveType } from "./type.ts";

/**
 * A primitive value in memory: boolean; number for int, float, double and date (days);
 * bigint for long, time, timestamp, timestamptz (microseconds) and decimal (unscaled);
 * string for string; bytes for binary, fixed and uuid (16 bytes, big endian).
 */
export type PrimitiveValue = boolean | number | bigint | string | Uint8Array;

/** Whether the value is of the form that {@link PrimitiveValue} gives to the type. */
export function isValueOf(type: PrimitiveType, value: PrimitiveValue): boolean {
  switch (type.kind) {
    case "boolean":
      return typeof value === "boolean";
    case "int":
    case "date":
      return typeof value === "number" && (value | 0) === value;
    case "float":
    case "double":
      return typeof value === "number";
    case "long":
    case "time":
    case "timestamp":
    case "timestamptz":
      return typeof value === "bigint" && BigInt.asIntN(64, value) === value;
    case "decimal":
      return typeof value === "bigint";
    case "string":
      return typeof value === "string";
    case "uuid":
      return value instanceof Uint8Array && value.length === 16;
    case "fixed":
      return value instanceof Uint8Array && value.length === type.length;
    case "binary":
      return value instanceof Uint8Array;
    default:
      return type satisfies never;
  }
}

/**
 * Orders two values of one type as bounds are ordered (spec: Data File Fields, notes 2 and 3):
 * strings by code points, bytes unsigned, -0.0 before +0.0. NaN is no bound and not ordered.
 */
export function compareValues(left: PrimitiveValue, right: PrimitiveValue): number {
  if (typeof left === "string" && typeof right === "string") {
    // UTF-16 units, which `<` compares, put U+E000 to U+FFFF behind the code points above them.
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right);
  if (left === 0 && right === 0) return compareZeros(left, right);
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

function compareZeros(left: number, right: number): number {
  return Number(Object.is(right, -0)) - Number(Object.is(left, -0));
}
